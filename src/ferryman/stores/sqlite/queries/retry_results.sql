-- Forget the results of the chosen jobs: they are about to run again.
DELETE FROM result WHERE seq IN (SELECT seq FROM temp.chosen)
