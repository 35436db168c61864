# Set by a process that answers one search and ends, before it imports anything else; see records.
ONE_SHOT = False
