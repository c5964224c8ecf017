"""Jobs in one SQLite file that several processes of a machine share."""
