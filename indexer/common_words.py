"""The very common words of languages: articles, pronouns, prepositions, conjunctions,
auxiliaries, question words. Made for this program; as they are written, in lower case.

Short lists, without contractions, serve to tell languages apart only.
"""

from __future__ import annotations

# By ISO 639-1 code, of languages whose plain words in a query may be relaxed.
COMMON_WORDS: dict[str, str] = {
    "ca": """
        a al als algun alguna alguns això allò altra altre altres amb aquell aquella aquelles
        aquells aquest aquesta aquestes aquests aquí així cada cap com cosa d' de del dels des
        dins doncs durant e és el ell ella elles ells els em en encara ens entre era eren eres es
        esta està estan estar estat et eu fa fan fer fins fou han has havia haver he hem hi ha ho
        i jo l' la les li llavors lo m' ma mai mateix me mentre més mes meu meva molt molta molts
        molt n' ne ni no nosaltres o on per perquè però pel pels poc pot qual quals qualsevol
        quan quant que què qui quin quina s' sa se ser serà seu seus seva seves sempre si sí
        sobre sol són sota sense t' també tan tant te tot tota totes tots tu un una unes uns
        va van vosaltres
    """,
    "cs": """
        a aby ač aj ale ani ano asi až bez bude budem budeš budou by byl byla byli bylo být během
        co což či další dnes do ho i já jak jako jaký jaká jaké je jeho jej její jejich jen jenž
        jestli ještě ji jich jím jimi jiné již jsem jsi jsme jsou jste k kam kde kdo kdy když ke
        která které který kteří kterou kterých ku má mají mám máme máš mé mezi mi mít mně mnou
        moc mohl může můj my na nad nám námi nás náš naše ne nebo neboť nebyl než ni nic nich
        něco nějak někdo není o od on ona oni ono pak po pod podle pokud pouze potom práve pro
        proč proto protože před přes při s se si sice své svých svým svou ta tak také takže tam
        tato tedy ten tento teto tím tímto to tohle toho tom tomto tomu tu tuto ty tyto těch
        těm u už v vám vás váš ve vedle více však všechno všichni vy z za zda zde ze že
    """,
    "da": """
        ad af al alle alt anden andet andre at bare begge blev blive bliver da de dem den denne
        der deres det dette dig din dine disse dit dog du efter eller en end endnu er et fik for
        fordi fra få får før gennem ham han hans har havde have hende hendes her hos hun hvad
        hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår i igen igennem ikke
        ind ingen intet ja jeg jer jeres kan kom kunne lige man mange med meget mellem men mens
        mig min mine mit mod må måtte ned nej noget nogen nogle nu når og også om op os over
        på samme selv sig sin sine sit skal skulle som sådan så til ud uden under var ved vi
        vil ville vor vores være været
    """,
    "de": """
        ab aber alle allem allen aller alles als also am an andere anderen anderer anderes ans
        auch auf aus außer bei beim bereits bevor bin bis bist da dabei dadurch dafür dagegen
        daher damit danach dann daran darauf daraus darf darin darüber darum das dass daß dazu
        dein deine dem den denen denn dennoch der deren des deshalb dessen dich die dies diese
        diesem diesen dieser dieses dir doch dort du durch dürfen ein eine einem einen einer
        eines einige einigen er es etwa etwas euch euer eure für gegen gibt habe haben hat hatte
        hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem
        ins ist ja jede jedem jeden jeder jedes jedoch jene jenem jenen jener jetzt kann kein
        keine keinem keinen keiner können könnte konnte man mehr mein meine meinem meinen meiner
        mich mir mit muss musste müssen nach nachdem nicht nichts noch nun nur ob obwohl oder
        ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so solche soll
        sollte sollen sondern sonst sowie über um und uns unser unsere unter viel viele vom von
        vor während wann war waren warum was weder weil welche welchem welchen welcher welches
        wenn wer werde werden wie wieder will wir wird wo wohl wollen worden wurde wurden würde
        würden zu zum zur zwar zwischen
    """,
    "el": """
        αλλά αν αντί από απο ας αυτά αυτές αυτή αυτήν αυτής αυτό αυτοί αυτόν αυτός αυτού αυτούς
        αυτών για γιατί δε δεν δηλαδή διά εάν εγώ εδώ είμαι είναι είσαι είστε είχα είχαν είχε
        εκεί εκείνα εκείνη εκείνο εκείνος εμείς εμένα ένα έναν ένας ενός ενώ επειδή επί επίσης
        εσείς εσύ έτσι έχει έχουμε έχουν έχω η ή ήδη ήταν θα ίδιο ίδιος ίσως και κάθε καθώς
        κάποιος κάτι κατά κι κάτω λοιπόν μα μας με μέσα μετά μέχρι μη μην μία μια μόνο μου
        μπορεί να ο οι όλα όλη όλοι όλων όμως όπου όπως όσο όσα όταν ότι ούτε όχι πάλι
        πάνω πάντα παρά περί πιο πλέον ποια ποιο ποιοι ποιος πολύ πολλά που πού πρέπει πριν προς
        πώς πως σαν σας σε σου στα στη στην στις στο στον στους συν τα τη την της τι τις το τόσο
        τον του τους τότε των υπάρχει υπό χωρίς ως ώστε
    """,
    "en": """
        a about above after again against ain't all also am among an and another any anybody
        anyone anything are aren't around as at be became because become becomes been before
        being below between both but by can can't cannot could couldn't did didn't do does
        doesn't doing don't done down during each either else ever every everyone everything few
        for from further get gets got had hadn't has hasn't have haven't having he he'd he'll
        he's hence her here here's hers herself him himself his how how's however i i'd i'll i'm
        i've if in into is isn't it it'd it'll it's its itself just let let's may me might mine
        more most much must mustn't my myself neither no nobody none nor not nothing now of off
        often on once one only onto or other others ought our ours ourselves out over own per
        perhaps quite rather same shall shan't she she'd she'll she's should shouldn't since so
        some somebody someone something still such than that that's the their theirs them
        themselves then there there's therefore these they they'd they'll they're they've this
        those though through thus till to too toward towards under unless until up upon us very
        via was wasn't we we'd we'll we're we've were weren't what what's when when's where
        where's whether which while who who's whoever whom whose why why's will with within
        without won't would wouldn't yet you you'd you'll you're you've your yours yourself
        yourselves
    """,
    "es": """
        a acá ahí al algo alguien algún alguna algunas alguno algunos allá allí ambos ante antes
        aquel aquella aquellas aquello aquellos aquí así aun aún aunque bajo bien cada casi como
        cómo con conmigo contigo contra cosa cual cuál cuales cualquier cuando cuándo cuanto
        cuánto cuya cuyo cuyos de del desde después donde dónde dos durante e el él ella ellas
        ello ellos en entonces entre era eran eras eres es esa esas ese eso esos está están
        estaba estaban estado estar estas este esto estos estoy fue fueron ha había habían haber
        hace hacer hacia han has hasta hay he hemos la las le les lo los luego más me mediante
        menos mi mí mientras mis mismo misma mismos mucho mucha muchas muchos muy nada nadie ni
        ningún ninguna ninguno no nos nosotras nosotros nuestra nuestras nuestro nuestros nunca o
        os otra otras otro otros para pero poco por porque pues puede pueden que qué quien quién
        quienes se sea sean según ser será si sí sido siempre sin sino sobre solo sólo son soy
        su sus suyo tal también tampoco tan tanto te tener tengo ti tiene tienen toda todas todavía
        todo todos tras tu tú tus tuvo u un una unas uno unos usted ustedes va van varios vosotros
        y ya yo
    """,
    "fi": """
        aina ei eikä ehkä ei eivät ele eli ellei emme en enemmän ennen ennen entä että et ette
        haluaa he heidän heidät heille heillä heitä hän häneen hänelle hänellä häneltä hänen hänet
        häntä ilman itse itsensä ja jo johon joiden joihin joiksi joille joilla joissa joista joita
        joka jokainen joko joku jolla jolle jolloin jonka jopa jos joskus jossa josta jota jotka
        jotta jotain juuri jälkeen kaikki kaikkia kaikkien kanssa kautta keiden ken kenen kesken
        koko koska koskaan kuin kuinka kuitenkin kuka kun kunnes luona lähes me meidän meidät meille
        meillä meitä mihin mikä mikään miksi millainen milloin minkä minne minua minulla minulle
        minun minut minä missä mistä mitä mitään molemmat monet monia mukaan mutta muu muun muut
        muita myös myöhemmin ne niiden niihin niille niin niinkuin niissä niistä niitä noin nuo
        nyt näiden näin näissä näitä nämä ole olemme olen olet olette oli olimme olin olisi olisivat
        olivat olla olleet ollut on onko ovat paitsi pitkin pitää poikki saa se sekä sen siellä
        siihen siinä siitä siksi sillä silloin sinä sinun sinua sinulle sitä sitten taas tai taikka
        te teidän teille teitä toinen tuo tuon tähän tällä tämä tämän tässä tästä tätä vaan vaikka
        vain vai vasta vastaan vielä voi voidaan voivat yli ympäri
    """,
    "fr": """
        à afin ai ainsi alors après as assez atil atelle au aucun aucune aujourd'hui auquel aussi
        autre autres aux auxquels avait avaient avant avec avez avoir avons ayant bien c' ça car
        ce ceci cela celle celles celui cependant certains ces cet cette ceux chacun chaque chez
        ci combien comme comment contre d' dans de depuis derrière des dès desquels deux devant
        doit doivent donc dont du duquel durant elle elles en encore enfin entre entre-temps es
        est est-ce et étaient était étant été être eu eut eux fait faire fais faut font furent
        fut hors il ils j' jamais je jusqu' jusque l' la là laquelle le lequel les lesquelles
        lesquels leur leurs lors lorsqu' lorsque lui m' ma mais malgré me même mêmes mes mien
        moi moins mon n' ne ni non nos notre nôtre nous on ont or ou où par parce parmi pas
        pendant personne peu peut peuvent plus plusieurs plutôt pour pourquoi pourtant près puis
        puisqu' puisque qu' quand quant que quel quelle quelles quelque quelques quels qui quoi
        quoiqu' quoique qu'est-ce rien s' sa sans se selon sera serait seront ses seulement si
        sien sinon soi soit sommes son sont sous suis sur t' ta tandis tant te tel telle telles
        tels tes toi ton toujours tous tout toute toutefois toutes très trop tu un une va vers
        voici voilà vont vos votre vôtre vous y y-a-t-il
    """,
    "hu": """
        a abban ahhoz ahol aki akik akkor alatt által általában amely amelyek amelyet ami amit
        amíg amikor annak arra arról át az azért azok azon azonban azt aztán azután azzal bár be
        belül benne cikk csak de e ebben egy egyes egyéb egyik egyre ehhez ekkor el elég ellen
        elő először előtt én ennek ennél éppen erre és ezek ezen ezért ezt ezzel fel felé ha hanem
        hát helyett hiszen hogy hogyan hol i igen így ill illetve ilyen is ismét itt jól kell
        kellett keresztül ki kívül között közül le legalább legyen lehet lehetett lenne lesz
        lett ma maga magát majd már más másik meg még mellett mely melyek mert mi mit míg miért
        mikor milyen minden mindenki mindig mint mintha mivel most nagyon ne néha nekem neki
        nélkül nem nincs o olyan ők ő oda ott össze pedig persze rá s saját sem semmi sok sokkal
        számára szemben szerint szinte talán te tehát teljes ti tovább továbbá több ugyanis úgy
        után utána vagy vagyis valaki valami van vannak vele viszont volna volt voltak voltam
        voltunk vissza
    """,
    "it": """
        a ad affinché agli ai al alcun alcune alcuni all' alla alle allo allora altra altre altri
        altro anche ancora appena assai avanti avendo aver avere aveva avevano avuto ben bene c'
        che chi chiunque ci ciascuno ciò cioè coi col come con contro cosa così cui d' da dagli dai
        dal dall' dalla dalle dallo degli dei del dell' della delle dello dentro di dopo dove due
        dunque durante e è ebbe ed egli ella era erano eravamo essa esse essendo esser essere essi
        fa fanno fare fin fino fra fu furono già gli ha hai hanno ho i il in infatti insieme intanto
        invece io l' la là le lei li lo loro lui lungo ma mai me meno mentre mi mia mie miei mio
        molta molte molti molto ne né negli nei nel nell' nella nelle nello nessun nessuna nessuno
        niente noi non nostra nostre nostri nostro nulla o od ogni ognuno oltre ora ossia per perché
        perciò perfino però più piuttosto po' poco poi poiché presso prima proprio può qua qual
        quale quali qualche qualcosa qualcuno quando quanta quanto quasi quei quegli quel quell'
        quella quelle quelli quello questa queste questi questo qui quindi s' sa sarà sarebbe se
        sé sebbene secondo sei sempre senza si sì sia siamo siano siete solo sono sopra sotto sta
        stata state stati stato stesso stessa su sua sue sugli sui sul sull' sulla sulle sullo suo
        suoi tale tali tanto te ti tra troppo tu tua tue tuo tuoi tutta tutte tuttavia tutti tutto
        un un' una uno vi voi vostra vostre vostri vostro
    """,
    "nl": """
        aan achter af al alle alleen als altijd andere anders beide ben bij binnen boven buiten
        daar daarbij daarom daarna dan dat de den der deze die dit doch doen door dus een eens
        echter en enige er even ge geen geweest haar had hadden heb hebben heeft hem hen het hier
        hij hoe hoewel hun iemand iets ik in indien is ja je jij jou jouw jullie kan kon konden
        kunnen maar me meer men met mij mijn moet moeten mocht mogen na naar naast niemand niet
        niets noch nog nooit nu of om omdat onder ons onze ook op over per reeds sinds slechts
        sommige soms te tegen ten ter terwijl tijdens toch toe toen tot totdat tussen u uit uw
        van vanaf veel voor voordat waar waarom wanneer want waren was wat we weer wel welk welke
        werd werden wezen wie wij wil worden wordt wou zal ze zeer zelf zelfs zich zij zijn zo
        zoals zonder zou zouden zowel zulke
    """,
    "no": """
        alle alt andre annen annet at av bare begge ble blei bli blir blitt bort både da de deg
        dei deim dem den denne der dere deres det dette di din disse ditt du dykk eg ein eit
        eitt eller elles en ene enn er et ett etter for fordi fra få før gjennom gjøre ha hadde
        ham han hans har henne hennes her hjå ho hoe hos hun hva hvem hver hvilke hvilken hvis
        hvor hvordan hvorfor i igjen ikke ikkje ikkje ingen inn innen ja jeg kan kom korleis kun
        kunne kva kvar kven kvifor mange man med medan meg meget mellom men mens mer mest mi min
        mine mitt mot mye må måtte ned nei noe noen noko nokon nokre nå når og også om opp oss
        over på samme sammen seg selv si siden sin sine sitt sjøl skal skulle slik so som somt
        store så til um under upp ut uten var vart ved verte vi vil ville vore vort vår være
        vært å
    """,
    "pl": """
        a aby ale albo ani aż bardzo bez będą będzie bo być był była było były by co coś czy
        czyli dla dlaczego dlatego do gdy gdyby gdyż gdzie go i ich im inne inny innych innych
        iż ja jak jaka jakie jako jaki je jeden jednak jednym jego jej jemu jest jestem jeszcze
        jeśli jeżeli już ją każdy kiedy kto która które którego której który których którym
        którzy ku lub ma mają mam mi między mimo mną mnie moc może można mój my na nad nam nami
        nas nasz nasze nawet nią nic nich nie niego niej nim nimi niż no o obok od około on ona
        one oni ono oraz po pod podczas pomimo ponad ponieważ potem poza przed przede przez przy
        raz również sam są się skąd sobie sposób swój swoje swoich ta tak taka taki takich takie
        także tam te tego tej ten też to tobie tu tutaj twój ty tych tylko tym u w wam was wasz
        we według wiele więc wszystko wszyscy wszystkich wtedy wy z za zaś zawsze ze że żaden
        żeby
    """,
    "pt": """
        a à acerca agora ainda além algo alguém algum alguma algumas alguns ali ambos ante antes
        ao aos apenas após aquela aquelas aquele aqueles aqui aquilo as às assim até através cada
        com como comigo contra contudo cuja cujo da daquele das de dela delas dele deles depois
        desde dessa desse desta deste do dos durante e é ela elas ele eles em embora enquanto
        entre era eram és essa essas esse esses esta está estão estas estava este estes estou eu
        foi foram fosse há havia isso isto já la lá lhe lhes lo logo mais mas me mesma mesmo
        meu meus mim minha minhas muita muitas muito muitos na nada não nas nela nele nem nenhum
        nenhuma nessa nesse nesta neste ninguém no nos nós nossa nossas nosso nossos num numa
        nunca o onde os ou outra outras outro outros para pela pelas pelo pelos per perante pode
        podem pois por porém porque porquê portanto pouco qual quais qualquer quando quanto quase
        que quê quem se seja sejam sem sempre sendo ser será serão seu seus si sido só sob sobre
        somente sou sua suas tal também tampouco tanto tão te tem têm tenho ter teu teve ti tinha
        toda todas todo todos tu tua tudo um uma umas uns vai vão vários você vocês vos vós
    """,
    "ro": """
        a abia acea aceasta această acel acela acele acelea acest acesta aceste acestea acestei
        acestor acestui acolo acum adică ai aia aici al ale alt alta alte altfel alți altul am
        ar are as aș asta astfel asupra așa ați au avea avem aveți avut azi ba bine ca că căci
        când care căreia cărora cărui căror cât câte câți către ce cea ceea cei cel cele celor ceva
        chiar ci cine cineva cu cum cumva da dacă dar datorită de deci deja deoarece departe deși
        din dintre doar după e ea ei el ele era erau este eu fără fi fie fiecare fiind fost fu ia
        iar îi îl îmi în înainte înapoi încă încât între întru își îți la le li lor lui mă mai mea
        mei mele mereu meu mi mie mine mod mult multă multe mulți ne nici nimeni nimic niște noastră
        noastre noi nostru noștri nu o ori oricare orice pe pentru peste până poate prea prin
        printre sa să sale sau său se și sub sunt suntem ta tău te tot toată toate toți totuși
        tu un una unde unei unele unii unor unui unul va vă vom vor voastră voi vostru vreo
    """,
    "ru": """
        а без более больше будет будто бы был была были было быть в вам вами вас ваш весь во вот
        впрочем все всегда всего всей всем всех всю всё вы где да даже два для до другой другие
        его ее её ей ему если есть еще ещё же за зачем здесь и из или им ими иногда их к каждый
        кажется как какая какие какой когда конечно кого которая которого которое которой которые
        который которых кроме кто куда ли либо лишь лучше между меня мне много может можно мой моя
        мы на над надо наконец нас наш наша не него нее неё ней нельзя нет ни нибудь никогда ним
        них ничего но ну о об однако он она они оно опять от отчего очень перед по под пока после
        потом потому почему почти при про раз разве с сам сама сами самый свою свои своего себе
        себя сейчас со совсем так также такая такие такой там тебя тем теперь то тогда того тоже
        той только том тот тут ты у уж уже хоть хотя чего чей чем через что чтоб чтобы чуть эти
        этих это этого этой этом этому этот эту эта я
    """,
    "sv": """
        alla allt all andra annan annat att av bara blev bli blir blivit både da de dem den denna
        denne deras dess dessa det detta dig din dina ditt du där därför då efter eftersom ej
        eller en enligt er era ett från för före genom ha hade han hans har henne hennes hon honom
        hos hur här i icke igen in ingen inget innan inom inte ja jag ju kan kom kommer kunde kunna
        man med medan mellan men mer mest mig min mina mitt mot mycket måste ni nu någon något
        några när nästan och också om oss på redan samma sedan sig sin sina sitt själv ska skall
        skulle som sådan sådana så till trots under upp ur ut utan vad var vara varför varit varje
        vars vart ved vem vi vid vilka vilken vilket vill våra vår vårt åt än är även över
    """,
    "tr": """
        acaba ama ancak arada artık aslında ayrıca az bana bazen bazı belki ben benden beni benim
        beri bile bin bir birçok biri birkaç birşey biz bize bizden bizi bizim böyle böylece bu
        buna bunda bundan bunlar bunları bunların bunu bunun burada bütün çok çünkü da daha dahi
        de defa değil diğer diye dolayı eğer en fakat gibi göre ha halen hangi hatta hem henüz hep
        hepsi her herhangi herkes hiç için ile ilgili ise işte kadar karşı kendi kendine kendini
        kez ki kim kimse kimi madem mi mı mu mü nasıl ne neden nedenle nerede nereye niçin niye o
        olan olarak oldu olduğu olduğunu olmak olması olmaz olsa olur olup ona ondan onlar onları
        onların onu onun orada oysa pek rağmen sadece sanki sen seni senin siz size sizin son
        sonra şey şeyi şimdi şöyle şu şuna şunu tarafından tüm üzere var vardı ve veya ya yani
        yapılan yerine yine yok yoksa zaten
    """,
    "uk": """
        а аби або але б багато без би більш більше був буде бути була були було в вам вас ваш вже
        ви від він вона вони воно все всі всіх втім вся да дві де для до дуже є же з за завжди
        зі зараз і із інші інших інший їй їм ії їх її його йому й кожен коли колись крім куди ж
        лише мало мати між мене мені ми мій може можна можуть моя на навіть над нам нас наш наша
        не нема немає нею ні ніби ніж ним них нього ніхто нічого о об однак одного окрім он от
        ось перед під після по поки потім про при проте са саме свого своє свої своїх себе собі
        та так така такий також там твій те теж тепер ти тим тих тієї то тоді того той тому тут
        у усі хіба хоч хоча хто це цей цих ці цього цьому цю ця чи чим чого через чому що щоб
        щось як яка який яких якого якому якщо які я
    """,
}

# Enough to recognise a language by, so that it is not taken for a neighbour.
TELLTALE_WORDS: dict[str, str] = {
    "af": """
        aan as baie daar dat deur die dit een en het hierdie hom hulle hy in is jy kan kon maar
        met my na nie nog om ons onder oor op sal sy te toe tot uit van vir was wat wees word sou
    """,
    "eo": """
        al ankaŭ antaŭ aŭ ĉar ĉe ĉi ĉiuj da de del do dum ĝi ĝis el en esti estas estis estos en
        ili inter iu ja jam je kaj ke kiam kiel kio kiu kiuj kun la li mi ne nek ni nun ol oni per
        plej pli por post pri pro se sed sen si sia sur ŝi tamen tie tio tiu tiuj tre tro tuj unu
    """,
    "et": """
        aga ainult ei et ja ka kas kes kui kuid kuidas kus ma me meie mida miks millal mis mitte
        mõne nad need neid nende nii ning ole olen oli olid olla olnud on oma pole pärast sa saab
        see seda selle selles siis siin ta talle te teie tema teda või veel väga ära üle üks
    """,
    "eu": """
        ala arte baina baino bat batean batek bati behar bera beraz bere berri da dago daude den
        dira ditu du dute edo egin egiten ere eta ez gabe gero hau hori horrek horretan hura izan
        izango ke nahi ni nire oso tik zen ziren zuen zuten zuten
    """,
    "ga": """
        ach ag agus aige ann ar arna as bhí bheith chun cad cé cén chuig dá de do don é ea faoi
        féin fuair go gur i iad in is idir le leis liom má mar mé mo muid na nach ní níl nó nuair
        ó ón raibh roimh sa san sé seo sí siad sin sna tá tar trí tú um
    """,
    "hr": """
        a ali bi bila bili bilo bio biti do ga gdje i ih ili iz ja je jer još kad kada kako kao
        koja koje koji kojih kojima li mi može mu na nakon ne nego nema ni nije nisu njegov njih o
        od oko on ona oni pa po pod prema pri s sa samo se si smo su sve svoj ta tako te to toga
        u uz već za što će će
    """,
    "id": """
        ada adalah agar akan aku anda antara apa atau bagi bahwa banyak beberapa belum bisa
        dalam dan dapat dari dengan di dia hanya harus ia ini itu jika juga kami kamu karena ke
        kepada kita lagi lain lebih maka masih mereka namun oleh pada para pun saat saja saya
        secara sebagai sebuah sehingga seperti sudah tahun telah tentang tetapi tidak untuk yang
    """,
    "la": """
        ab ac ad ante apud at atque aut autem cum de dum ea ego ei eius enim eo erat esse est et
        etiam ex fuit haec hic hoc iam id igitur in inter ipse is ita me mihi nam ne nec neque
        nihil nisi non nos per post pro quae quam quem qui quia quid quo quod quoque res sed si
        sibi sic sicut sine sub sunt suum tamen te tibi tum ubi ut vel vero
    """,
    "lt": """
        ant apie ar arba aš bei bet bus buvo būti dar dėl gali iki ir iš ją jai jei jie jis jo jos
        jų kad kai kaip kas ką kiek kur kuri kurie kurio kuris labai ne nei nes nuo o pagal per
        po prie prieš su savo ši šis tačiau tai taip tarp tas to todėl tik tuo už yra
    """,
    "lv": """
        ar arī bet bez bija bijis būs būt caur daudz gan ir ja jau jo ka kad kā kas ko kopā kur
        kura kuri līdz man mēs nav ne nevis no pa par pēc pie pirms savu šī šis tā tad tam tas tie
        to tomēr tur tās un uz vai var vēl viņa viņš viņi
    """,
    "sk": """
        aby ak ako aj ale alebo ani až bez bol bola boli bolo by byť cez čo do ešte ho i ich iba
        ich ja je jeho jej ju k kde keď kto ktorá ktoré ktorí ktorý ktorých len má medzi môže my na
        nad nie o od on ona oni po pod podľa pre pred preto pretože pri s sa si som sú sme tak tiež
        to toho tom tu už v však vo z za zo že
    """,
    "sl": """
        a ali bi bil bila bile bili bilo biti bo brez da do ga ima in iz jaz je jih jim jo k kaj
        kako kar kateri ker ki ko kot lahko le med mi na nad naj ne ni nje njegov o ob od pa po pod
        pred pri s sem se si smo so sta ste svoj ta tako te to tudi v več vse z za že
    """,
    "vi": """
        anh bị các cái cho chỉ chúng có của cũng cùng do được đã đang đến để đó gì hay họ khi không
        là lại làm lên mà một này năm nên ngày người nhiều như những nhưng nói nước ở phải ra rất
        rằng sau sẽ sự ta tại theo thì tôi trên trong từ và vào về với vẫn
    """,
}
