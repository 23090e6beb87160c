# Ce que disent les commandes de l'administrateur.

## Configuration
config-unreadable = le fichier ne peut pas être lu : { $error }. Corrigez-le ou donnez un autre fichier avec --config.
config-secret-unreadable = le secret ne peut pas être lu dans { $path } : { $error }. Vérifiez le chemin et les droits.
config-unknown-key = cette clé n'existe pas. Supprimez-la ; config/default.toml décrit toutes les clés.
config-unknown-key-near = cette clé n'existe pas. Vouliez-vous dire { $known } ?
config-missing = cette valeur est obligatoire. Ajoutez-la ; config/default.toml donne un exemple.
config-wrong-value = la valeur ne convient pas : { $error }. config/default.toml donne un exemple.
config-between = la valeur doit être comprise entre { $low } et { $high }.
config-store-url = l'adresse doit commencer par sqlite://, par exemple sqlite://pstral.db.
config-instance = le nom doit compter de 1 à 64 caractères, par exemple « pstral-1 ».
config-model-url = l'adresse doit commencer par http:// (https n'est pas intégré), par exemple http://127.0.0.1:11434.
config-log-level = le niveau doit être error, warn, info, debug ou trace.
config-default-target = cette base n'est pas décrite dans [targets]. Bases connues : { $known }.
config-default-needed = il y a plusieurs bases : dites laquelle répond aux questions qui n'en nomment aucune.
config-target-name = le nom d'une base ne contient que des minuscules, des chiffres, « - » et « _ ».
config-table-or-column = « { $given } » n'est pas de la forme table, table.colonne ou schéma.table.colonne.
