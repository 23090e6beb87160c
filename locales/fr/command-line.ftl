# Ce que disent les commandes de l'administrateur.

## Configuration
config-not-found = ce fichier n'existe pas. Vérifiez le chemin donné avec --config (ou PSTRAL_CONFIG).
config-folder = c'est un dossier. Donnez le fichier qu'il contient, par exemple --config pstral.toml.
config-not-text = ce n'est pas du texte en UTF-8. Donnez un fichier TOML ; config/example.toml est un bon début.
config-too-large = ce n'est pas une configuration : elle dépasse { $megabytes } Mo. Donnez à --config le chemin d'un fichier TOML.
config-unreadable = le fichier ne peut pas être lu. Vérifiez les droits du fichier et de son dossier. ({ $error })
config-syntax = ligne { $line }, colonne { $column } : ce n'est pas du TOML. Corrigez cette ligne. ({ $error })
config-environment = ces variables d'environnement ne vont pas ensemble. Vérifiez celles dont le nom commence par PSTRAL__.
config-secret-form = ce secret doit être un texte entre guillemets, par exemple "…".
config-secret-unreadable = le secret ne peut pas être lu dans { $path }. Vérifiez le chemin et les droits. ({ $error })
config-unknown-key = cette clé n'existe pas. Supprimez-la ; config/default.toml décrit toutes les clés.
config-unknown-key-near = cette clé n'existe pas. Vouliez-vous dire { $known } ?
config-missing = cette valeur est obligatoire. Ajoutez-la ; config/default.toml donne un exemple.
config-wrong-value = la valeur ne convient pas ; config/default.toml donne un exemple. ({ $error })
config-not-one-of = « { $given } » n'est pas connu ici : choisissez parmi { $known }.
config-audit-head = head_platform et head_place vont ensemble : donnez les deux, ou aucun.
config-key-file = indiquez un fichier, par exemple keys/audit.key, et non un dossier.
config-same-file = c'est aussi le fichier de { $other }. Donnez à chacun son propre fichier.
config-head-file = indiquez un fichier réservé aux têtes, par exemple /mnt/archive/pstral-heads.
config-head-server = indiquez une adresse qui commence par https:// (sur cette machine, http:// aussi), sans nom d'utilisateur ni requête, par exemple { $example }.
config-witness-key = indiquez la clé du témoin telle que l'affiche là-bas « pstral audit witness-key » : NOM+ID+CLÉ.
config-witness-twice = ce témoin est nommé deux fois. N'en gardez qu'un.
config-witness-log-key = indiquez la clé du journal telle que l'affiche là-bas « pstral audit key --vkey » : NOM+ID+CLÉ.
config-witness-log-twice = ce journal est nommé deux fois avec cette clé. N'en gardez qu'un.
config-witness-name = un témoin a besoin d'un nom sans espace ni « + », par exemple pstral.example.org/witness.
config-witness-listen = un témoin répond à cette adresse : indiquez-la, par exemple "127.0.0.1:8081".
config-between = la valeur doit être comprise entre { $low } et { $high }.
config-admin-tls = tls_cert et tls_key vont ensemble : indiquez les deux fichiers, ou aucun.
config-admin-open = cette adresse est joignable depuis d'autres machines, et les mots de passe y circuleraient en clair. Indiquez tls_cert et tls_key, ou le mandataire dans trusted_proxies.
config-admin-public-url = indiquez l'adresse que l'on ouvre, par exemple https://pstral.intern:8081, sans chemin ; http seulement sur cette machine.
config-oidc-issuer = indiquez l'adresse du fournisseur telle qu'il se nomme, par exemple https://login.intern/realms/societe ; http seulement sur cette machine.
config-oidc-scopes = indiquez des mots sans espaces, par exemple ["openid", "profile", "email"].
config-store-url = l'adresse doit nommer un fichier, par exemple sqlite://pstral.db, ou une base, par exemple postgres://pstral:motdepasse@db.intern/pstral.
config-instance = le nom doit compter de 1 à 64 caractères, par exemple « pstral-1 ».
config-answer-tokens = la réponse doit être plus courte que la fenêtre : choisissez moins que context_tokens.
config-model-url = l'adresse doit commencer par http:// ou https://, par exemple http://127.0.0.1:11434.
config-model-url-malformed = l'adresse ne peut pas servir. Écrivez par exemple http://127.0.0.1:11434. ({ $error })
config-model-url-credentials = l'adresse contient un nom ou un mot de passe, qui finirait dans le journal : utilisez api_key.
config-log-level = le niveau doit être off, error, warn, info, debug ou trace, ou un filtre comme info,pstral_store=debug.
config-default-target = cette base n'est pas décrite dans [targets]. Bases connues : { $known }.
config-default-target-none = aucune base n'est décrite : ajoutez une section [targets.<nom>], ou supprimez cette clé.
config-default-needed = il y a plusieurs bases : dites laquelle répond aux questions qui n'en nomment aucune.
config-target-name = le nom d'une base ne contient que des minuscules, des chiffres, « - » et « _ ».
config-formats = nommez-en au moins un : "csv", "xlsx" ou "jsonl".
config-postgres-url-unreadable = l'adresse n'est pas lisible. Écrivez par exemple postgres://pstral:motdepasse@db.intern:5432/crm, les caractères spéciaux du mot de passe sous la forme %XX (@ devient %40).
config-postgres-url-scheme = l'adresse doit commencer par postgres://, par exemple postgres://pstral@db.intern/crm.
config-postgres-url-host = l'adresse ne nomme pas de serveur : écrivez-le après l'@, par exemple postgres://pstral@db.intern/crm.
config-postgres-url-user = l'adresse ne nomme pas de compte : écrivez-le avant l'@, par exemple postgres://pstral@db.intern/crm.
config-postgres-url-database = l'adresse ne nomme pas de base : écrivez-la à la fin, par exemple postgres://pstral@db.intern/crm.
config-postgres-url-sslmode = sslmode doit être disable, prefer, require, verify-ca ou verify-full, par exemple ?sslmode=verify-full.
config-postgres-url-parameter = l'adresse ne peut pas régler « { $name } », seulement sslmode, sslrootcert et host. Supprimez-le.
config-postgres-url-environment = la variable d'environnement PGOPTIONS changerait chaque session. Supprimez-la là où Pstral est lancé.
config-kind-left-out = ce programme a été compilé sans { $kind }. Compilez-le avec --features { $kind }, ou retirez cette base.
config-target-section = chaque base a sa propre section : écrivez [targets.NOM] au-dessus de ses clés.
config-not-of-kind = une base de type { $kind } n'a pas cette clé. Supprimez-la.
config-cost = le coût doit être un nombre positif ou nul, dans l'unité de la base, par exemple 100000 ; 0 signifie aucune limite.
config-no-cost = SQLite ne dit pas ce que coûtera une requête. Supprimez cette clé ; [targets.<nom>.limits] limite le temps et les lignes.
config-no-accounts = SQLite ne connaît pas de comptes : écrivez identity = "shared", ou supprimez cette clé.
config-driver-left-out = ce programme a été construit sans ce pilote. Construisez-le avec --features oracle-thin, ou supprimez cette clé.
config-driver-own = ce pilote ne permet pas d'ouvrir de session sous un autre compte : écrivez identity = "shared", ou supprimez driver et installez l'Instant Client.
config-driver-folder = ce pilote n'a pas besoin de la bibliothèque cliente : supprimez cette clé.
config-accounts-missing = avec identity = "own", dites quel compte a chaque personne, une ligne chacune sous [targets.<nom>.accounts] : "camille.durand" = "CAMILLE".
config-accounts-unused = les comptes ne servent qu'avec identity = "own". Écrivez-le aussi, ou supprimez cette clé.
config-table-or-column = « { $given } » n'est pas de la forme table, table.colonne ou schéma.table.colonne.
config-file = le fichier { $path } ne peut pas servir. Corrigez-le, ou supprimez cette clé. { $error }
config-faults =
    { $faults ->
        [1] La configuration contient une erreur. Corrigez-la et recommencez.
       *[other] La configuration contient { $faults } erreurs. Corrigez-les et recommencez.
    }
config-fine =
    { $targets ->
        [0] La configuration est bonne. Aucune base n'y est encore décrite : ajoutez une section [targets.<nom>].
        [1] La configuration est bonne ; elle décrit une base.
       *[other] La configuration est bonne ; elle décrit { $targets } bases.
    }

## Toutes les commandes
command-failed = Échec : { $error }
command-failed-part = Échec : { $part } : { $error }
command-failed-state = Échec : base d'état : { $error }
command-failed-look = Échec : { $error }. Si cela ne suffit pas, lancez pstral doctor : il vérifie chaque composant et dit comment le réparer.
output-lost = Le résultat n'a pas pu être affiché en entier. Libérez de la place ou envoyez la sortie ailleurs, puis recommencez. ({ $error })
demo-is-used = Sans --config, je regarde l'installation de démonstration, dans { $folder }.

## Démonstration
demo-welcome =
    Pstral, démonstration : une entreprise inventée. Ses données sont dans
    { $folder }
demo-own-config = La démonstration a sa propre configuration : celle de --config n'est pas lue.
demo-folder = Le dossier de données { $folder } ne peut pas être préparé. Donnez-en un autre avec --data DOSSIER. ({ $error })
demo-model = Modèle : { $fact }
demo-no-model =
    Aucun modèle trouvé : je réponds à { $count } questions vérifiées, que donne /vérifiées.
    Avec un modèle, je réponds à toutes. Installez Ollama (ollama.com), puis tapez :
    { $command }
demo-model-fails =
    Modèle : { $fact }.
    En attendant, je réponds à { $count } questions vérifiées, que donne /vérifiées.
    { $remedy }
demo-try =
    Essayez « Liste les clients de Paris », puis /exécuter.
    /aide donne les commandes ; Ctrl-D pour quitter.
demo-language =
    Langue : français. English: just write in English, or type /language en;
    at the next start, --locale en.
terminal-idle = Rien n'est en cours. Pour quitter : encore Ctrl-C, Ctrl-D ou quitter.
terminal-ending = Je m'arrête après cette réponse. Pour l'interrompre tout de suite : Ctrl-C.
tour-french = Une question en français, et son tableau
tour-english = Une question en anglais, et son tableau
tour-refused = Une requête refusée : cette table contient des jetons d'accès
tour-unknown = Une question à laquelle les données ne répondent pas
tour-audit = Le journal d'audit, vu par un administrateur
tour-verify = Le journal d'audit est vérifié

## Exécution
command-left-out = Ce programme a été compilé pour la démonstration, sans « pstral { $command } ». Compilez-le en entier avec : cargo build --release
run-needs-config = Donnez une configuration : pstral run --config FICHIER. config/example.toml est un bon point de départ ; pour essayer sans rien configurer : pstral demo.

## Diagnostic
state-ok = en ordre
state-degraded = dégradé
state-failed = en panne
none-configured = rien n'est configuré
no-answer = pas de réponse en { $seconds } s
found-away = injoignable : { $detail }
found-busy = occupé : { $detail }
found-full = plus de place sur son disque
found-held = un autre programme la retient
found-moved = son fichier { $path } a été déplacé, supprimé ou remplacé pendant que le programme tournait
found-state-open = d'autres comptes de cette machine ont accès à { $path } (mode { $mode }), où se trouve ce que les gens ont demandé
found-forbidden = le serveur refuse Pstral
found-model-missing = le serveur répond, mais le modèle { $model } n'est pas installé
found-fault = en échec : { $detail }
found-client-missing = la bibliothèque cliente de la base manque : { $detail }
found-privileged = le compte peut faire plus que lire : { $detail }
found-running = un autre programme répond déjà à partir de { $path }
found-instance-running = un autre programme répond déjà sous le nom « { $instance } »
found-data-folder = { $path } est accessible en écriture
found-data-unwritable = impossible d'écrire dans { $path } : { $error }
found-no-state = il n'y a pas de base d'état { $path }
found-audit-key-gone = le journal d'audit était signé, et la clé { $path } a disparu
found-heads-unavailable = les têtes signées à côté de la clé d'audit sont inutilisables : { $detail }
found-witness =
    { $records ->
        [0] aucune tête n'a encore été cosignée
        [1] des têtes d'un journal ont été cosignées
       *[other] des têtes de { $records } journaux ont été cosignées
    }
found-witness-key-gone = des têtes ont été cosignées avec la clé { $path }, qui a disparu
head-none-due = aucune tête n'était encore à envoyer
head-delivered = l'entrée { $seq } a été remise
head-other-history = le journal ou son témoin a été modifié : { $detail }
head-none = aucune tête n'est encore signée : pas d'essai
head-pruned = le témoin a signé en dernier l'entrée { $seq }, et des entrées suivantes ont été élaguées
found-key-open = d'autres comptes de cette machine ont accès à { $path } (mode { $mode }) : quiconque possède cette clé peut signer au nom de cette installation
found-not-a-key = { $path } ne contient pas de clé de Pstral
found-no-file = { $path } n'est pas un fichier ordinaire
found-audit-changed = le journal d'audit n'est plus tel qu'il a été signé : { $what }
signed-end-tree = l'arbre des entrées de { $instance } n'est pas celui qui a été signé
signed-end-none = { $instance } n'a aucune entrée, alors que l'entrée { $seq } a été signée
signed-end-only-signature = { $instance } a une signature et aucune entrée
signed-end-signature-gone = la signature de l'entrée { $seq } de { $instance } a disparu
signed-end-unsigned = les entrées de { $instance } ne sont pas signées
signed-end-signature = la signature de la dernière entrée de { $instance } ne correspond pas
signed-end-other-key = { $instance } est signé avec une autre clé ({ $key }) ; les instances d'une même base d'état ont besoin du même fichier de clé
signed-end-other = la dernière entrée de { $instance }, { $seq }, n'est pas la dernière signée ({ $signed }), ou son empreinte diffère
signed-end-lost = l'entrée { $seq } de { $instance } a été signée et n'y est plus ; la dernière est l'entrée { $last }
kept-head-unreadable = le fichier { $path }, à côté de la clé d'audit, ne contient pas de tête signée
kept-head-not-ours = la tête de { $path }, à côté de la clé d'audit, n'est pas signée avec la clé de cette installation
head-file-busy = { $path } : une écriture précédente n'est pas terminée
head-file-other = { $path } contient autre chose que des têtes du journal
head-file-no-folder = { $path } ne peut pas être créé : son dossier n'existe pas
head-file-lost = { $path } a été supprimé ou raccourci depuis la dernière tête ; la plus récente y est à nouveau
head-server-answer = { $url } a envoyé une réponse de plus de { $bytes } octets
head-no-entry = le journal n'a pas d'entrée { $seq }
head-seen-others = le témoin a vu d'autres entrées jusqu'à { $seq }
head-seen-later = le témoin a vu l'entrée { $seq }, plus récente
witness-status = le témoin répond { $status }
witness-unknown-key = le témoin répond { $status } ; donnez-lui la clé { $key }
witness-no-size = le témoin refuse la tête sans dire laquelle il a signée en dernier
witness-other-head = le témoin a reçu une autre tête entre-temps
witness-unsigned = la réponse du témoin n'est pas signée avec sa clé
witness-time = le témoin a signé avec l'heure { $at }, soit plus d'un jour d'écart avec l'heure actuelle : l'horloge de cette machine ou celle du témoin n'est pas à l'heure
witness-contradicts = le témoin se contredit : il n'a signé aucune tête de ce journal, et refuse la première
time-stamp-status = le serveur d'horodatage répond { $status }
time-stamp-unreadable = le serveur d'horodatage a envoyé autre chose qu'un horodatage : { $error }
time-stamp-refused = le serveur d'horodatage refuse (état { $status })
time-stamp-other-content = le serveur d'horodatage envoie autre chose ({ $kind })
time-stamp-other-imprint = l'horodatage porte sur autre chose
time-stamp-other-nonce = l'horodatage répond à une autre demande
healthcheck-fine = Pstral répond.
healthcheck-failed = Pstral ne répond pas à { $address } ({ $error }). Vérifiez que pstral run est en cours d'exécution avec cette configuration.

remedy-data = Donnez un autre dossier avec --data DOSSIER ou la clé data, ou vérifiez les droits.
remedy-state = Vérifiez l'adresse [store] url, les droits sur le dossier et l'espace disque.
remedy-instance-running = Arrêtez l'autre pstral run, ou donnez à celui-ci un nom à lui : [store] instance.
remedy-running = Arrêtez l'autre pstral run ou pstral demo, ou donnez à celui-ci son propre dossier avec --data DOSSIER.
remedy-data-folder = Donnez au compte qui exécute Pstral le droit d'y écrire, libérez de la place sur son disque, ou indiquez un autre dossier (data, --data).
remedy-no-state = pstral run, ou pstral user add NOM, la crée. S'il devrait y en avoir une, vérifiez --config et --data.
remedy-state-full = Faites de la place sur le disque de la base d'état, puis recommencez.
remedy-state-busy = Arrêtez l'autre programme qui tient la base d'état, par exemple une sauvegarde ou un client SQL, puis recommencez.
remedy-audit-changed = Lancez « pstral audit verify », et cherchez qui a écrit dans la base d'état. Puis restaurez une sauvegarde, ou continuez avec « pstral audit accept --yes », qui l'enregistre.
remedy-audit-key = Vérifiez que le fichier de [audit] key est lisible, que son dossier accepte l'écriture et que c'est une clé de Pstral.
remedy-audit-key-gone = Remettez ce fichier à sa place, avec le dossier de ses têtes. S'il est perdu, « pstral audit accept --yes » crée une nouvelle clé et l'enregistre.
remedy-witness-key-gone = Remettez ce fichier à sa place. S'il est perdu, déplacez le dossier « .logs » qui se trouve à côté et redémarrez : « pstral audit witness-key » affiche alors une nouvelle clé pour les autres installations.
remedy-witness-records = Restaurez ce fichier depuis une sauvegarde, ou libérez de l'espace sur son disque : voir « Witnesses » dans docs/operations.md.
remedy-witness-key = Vérifiez que le fichier de [witness] key est lisible, que son dossier accepte l'écriture et que c'est une clé de Pstral.
remedy-head-undelivered = Vérifiez cette destination dans [audit] et qu'elle est joignable. La prochaine tête partira d'elle-même ; « pstral doctor » essaie tout de suite.
remedy-other-history = Lancez « pstral audit verify » avec une tête conservée ailleurs. Si le journal est intact, demandez au responsable du témoin ce qu'il conserve, et lisez « Witnesses » dans docs/operations.md.
remedy-head-none = Lancez « pstral run » : sa première entrée d'audit sera signée et envoyée d'elle-même. Relancez ensuite « pstral doctor ».
remedy-head-pruned = Demandez au responsable du témoin de lui faire oublier ce journal : lisez « Witnesses » dans docs/operations.md. La prochaine tête partira ensuite d'elle-même.
remedy-state-restore = Remettez en place la sauvegarde de la base d'état, ou vérifiez que [store] url nomme le bon fichier.
remedy-state-newer = Installez la version de Pstral qui s'est servie de cette base d'état en dernier, ou une plus récente.
remedy-state-moved = Remettez la base d'état à sa place, ou restaurez une sauvegarde, puis relancez pstral run. Arrêtez-le avant de déplacer ou de remplacer ce fichier.
remedy-state-open = Fermez-le aux autres : chmod 600 { $path }*
remedy-heads-unavailable = Donnez au compte qui exécute Pstral le droit de lire et d'écrire le dossier de [audit] key et les têtes à côté d'elle, libérez de l'espace sur ce disque, et vérifiez que rien d'autre n'a pris leur place. Rien n'est enregistré d'ici là.
remedy-kept-head = Vérifiez que [audit] key nomme la bonne clé. Gardez une copie de ce fichier ; puis remettez celui d'une sauvegarde ou, s'il n'est pas de cette installation, sortez-le de son dossier. « pstral audit accept --yes » réécrit ce dossier et consigne l'opération dans le journal d'audit.
remedy-heads-lost = Cherchez qui a modifié ce fichier et, s'il en existe une copie, comparez-la : pstral audit verify --head COPIE.
remedy-key-open = Fermez-le aux autres : chmod 600 { $path }
remedy-verified = Corrigez ce fichier, ou supprimez [targets.{ $target }] verified. demo/verified.toml montre la forme attendue.
remedy-prompts = Vérifiez le dossier [answers] prompts et les droits sur ses fichiers.
remedy-listen-admin = Arrêtez l'autre programme qui utilise cette adresse, ou changez [admin] listen.
remedy-admin-tls = Vérifiez les fichiers de [admin] tls_cert et tls_key : un certificat et sa clé, au format PEM.
found-oidc = { $issuer } répond.
found-oidc-away = { $issuer } ne peut pas être utilisé : { $error }
remedy-oidc = Vérifiez l'adresse issuer de [admin.oidc], et que ce serveur peut la joindre. En attendant, on se connecte avec un mot de passe.
remedy-listen = Arrêtez l'autre programme qui utilise cette adresse, ou changez [http] listen.
remedy-model-away = Démarrez Ollama (ollama serve) et vérifiez son adresse dans [model]. Sans modèle, seules les requêtes vérifiées répondent.
remedy-model-missing = Lancez : { $command }
remedy-model-forbidden = Vérifiez les hôtes autorisés par ce serveur (OLLAMA_HOST, OLLAMA_ORIGINS) et la clé api_key dans [model].
remedy-model = Vérifiez que l'adresse dans [model] est bien celle d'Ollama, et lisez le journal d'Ollama.
remedy-client-missing = Installez l'Instant Client d'Oracle sur cette machine et, s'il n'est pas trouvé tout seul, indiquez son dossier : [targets.{ $target }] client_folder = "…". docs/oracle.md dit comment.
remedy-privileged = Donnez à [targets.{ $target }] un compte qui ne peut que lire. S'il faut garder celui-ci malgré tout, écrivez-y allow_privileged = true.
remedy-target-file = Vérifiez [targets.{ $target }] path : le fichier doit exister, être une base SQLite et être lisible par Pstral.
remedy-target-server = Vérifiez l'adresse, le compte et le mot de passe dans [targets.{ $target }], et que le serveur de la base tourne et peut être joint d'ici.
remedy-excess = Retirez ces droits au compte de [targets.{ $target }] : lire n'en demande aucun.
remedy-excess-lock = Retirez ce qui permet de verrouiller, comme UPDATE : qui lit ne doit jamais bloquer qui écrit.
remedy-excess-lock-oracle = Accordez READ plutôt que SELECT, qui permet de verrouiller : qui lit ne doit jamais bloquer qui écrit.
remedy-excess-execute = Retirez le droit de les exécuter au compte de [targets.{ $target }] et à tout le monde (PUBLIC). Pstral les refuse de toute façon.
remedy-excess-outside = Retirez-les aussi à tout le monde (PUBLIC) : par eux, des données peuvent quitter la machine de la base. Pstral les refuse de toute façon.
remedy-excess-unbounded = En tant que superutilisateur, exécutez : ALTER ROLE <compte de [targets.{ $target }]> SET temp_file_limit = '2GB'.
remedy-file-busy = Attendez puis recommencez, ou arrêtez l'autre programme qui tient le fichier de [targets.{ $target }] path.
remedy-target-busy = Patientez, puis recommencez. Si cela continue, cherchez ce qui utilise aussi la base de [targets.{ $target }].
policy-unmatched = aucune table ni colonne que le compte puisse lire : { $entries }
remedy-policy = Vérifiez l'orthographe dans [targets.{ $target }] deny, allow et private_tables. Ce que le compte ne peut pas lire n'a pas besoin d'entrée.
remedy-platform = Vérifiez la section [platforms] et le réseau.
remedy-platform-ended = Vérifiez la section [platforms] avec pstral doctor et, pour le terminal, ce qui est branché sur l'entrée standard ; puis relancez.
remedy-no-platform = Activez un moyen d'écrire à Pstral, par exemple [platforms.terminal] enabled = true.
remedy-no-answer = Vérifiez que le serveur tourne et qu'il n'est pas surchargé.
doctor-look = Les lignes « → » disent quoi faire.

## Requêtes
sql-input-bad = Impossible de lire { $error }. Vérifiez le chemin, les droits et la forme du fichier.
sql-line-bad = cette ligne n'est pas de la forme id, dialect, sql attendue : { $error }. Corrigez-la et recommencez.

## Requêtes vérifiées
verified-form = cela n'a pas la forme d'une requête vérifiée. ({ $error })
verified-not-a-list = { $name } n'est pas une liste : écrivez [[{ $name }]] avant chaque entrée
verified-unknown-key = { $name } est inconnu ici : chaque entrée commence par [[query]] ou [[term]]
verified-term-name = « { $name } » figure dans presque toutes les questions : donnez au terme un nom qui lui soit propre
verified-duplicate-term = le nom « { $name } » est pris par un terme précédent : chaque nom désigne une seule chose
verified-misplaced = { $name } n'a pas sa place ici : seules les questions ont des paramètres, et seuls les termes une note. Supprimez cette clé
verified-duplicate-id = cet identifiant est déjà pris par une entrée précédente : donnez-en un à chacune
verified-name = « { $name } » n'est pas un nom : utilisez des minuscules et des chiffres, avec - dans un identifiant et _ dans un paramètre
verified-empty = { $name } est vide
verified-date = verified_on = « { $given } » n'est pas une date : écrivez-la comme 2026-01-31
verified-undeclared = la requête utilise :{ $name }, qui n'est pas parmi les paramètres : déclarez-le, ou écrivez une valeur à sa place
verified-unused = le paramètre { $name } ne sert pas : écrivez :{ $name } dans la requête, ou supprimez-le
verified-duplicate-parameter = le paramètre { $name } est déclaré deux fois : n'en gardez qu'un
verified-unknown-slot = la question { $language } contient { $slot }, qui n'est pas parmi les paramètres : déclarez-le, ou retirez-le de la question
verified-missing-slot = il manque { $slot } à la question { $language } : dites où se place sa valeur, ou donnez-lui une valeur par défaut
verified-no-column = le paramètre de texte { $name } n'a pas de colonne : indiquez la table.colonne d'où proviennent ses valeurs
verified-default = la valeur par défaut de { $name } ne convient pas à son type : donnez-en une de ce type

## Audit
state-missing = Il n'y a pas de base d'état { $path } : rien à lire. Vérifiez --config et --data.
audit-holds =
    { $entries ->
        [0] Le journal est vide : il n'y a rien à vérifier.
        [1] Le journal est intact : un événement vérifié. Notez ailleurs sa tête de chaîne :
       *[other] Le journal est intact : { $entries } événements vérifiés. Notez ailleurs ses têtes de chaîne :
    }
audit-holds-from =
    { $entries ->
        [0] La tête notée est bien là ; rien n'a été enregistré depuis. Ce qui précède n'a pas été vérifié.
        [1] Un événement vérifié après les têtes données ; ce qui précède n'a pas été vérifié.
       *[other] { $entries } événements vérifiés après les têtes données ; ce qui précède n'a pas été vérifié.
    }
audit-key-missing = Le journal ne peut pas être vérifié ici : { $what }. Copiez le fichier audit.key de l'installation d'où il vient, puis réessayez.
audit-broken = Le journal a été altéré : { $what }. Conservez une copie de la base d'état et prévenez le responsable de la sécurité.
audit-unreadable = Le journal a été altéré : une entrée n'est plus lisible. Conservez une copie de la base d'état et prévenez le responsable de la sécurité. ({ $error })
audit-heads-behind = Le journal de { $instance } se termine par l'entrée { $seq }, et la dernière tête à côté de la clé est celle de l'entrée { $kept } : elle ne peut donc pas révéler les modifications faites depuis. Si Pstral n'est pas en train d'écrire, vérifiez qu'il peut écrire dans { $folder }.
audit-heads-none = Le journal de { $instance } se termine par l'entrée { $seq }, et aucune tête n'est conservée à côté de la clé : rien ne peut y révéler une copie antérieure remise en place. Si vous n'avez pas déplacé { $folder }, cherchez qui l'a fait.
audit-heads-unreadable = Le journal n'a pas pu être vérifié : { $error }. Vérifiez que la clé d'audit et les fichiers à côté d'elle sont lisibles, puis réessayez.
audit-no-table = sa table audit_events a disparu, ou autre chose est à sa place
audit-emptied = il ne contient aucune entrée, alors qu'il y a des utilisateurs ou des conversations
chain-changed = l'entrée { $seq } de { $instance } a été modifiée
chain-broken = l'entrée { $seq } de { $instance } ne suit pas la précédente (entrées manquantes, permutées ou ajoutées)
audit-head = Tête de la chaîne du journal d'audit, à conserver : { $head }
chain-sealed = l'entrée { $seq } de { $instance } a été vidée ou retirée, et aucune entrée plus récente ne dit pourquoi
chain-checkpoint = le point de contrôle à l'entrée { $seq } de { $instance } est falsifié : sa signature n'est pas valable
chain-other-key = ce qui garantit { $instance } à l'entrée { $seq } est signé avec une autre clé ({ $key }) ; si c'est la vôtre, donnez-la avec --key
chain-truncated = l'entrée { $seq } de { $instance } n'est pas celle qui avait été signée ou notée (entrées manquantes ou remplacées)
chain-unsigned = rien ne garantit { $instance } à partir de l'entrée { $seq } : ces entrées ne sont pas signées
chain-signature = la signature à l'entrée { $seq } de { $instance } ne correspond pas
audit-unsigned =
    { $entries ->
        [1] Le journal est intact mais pas signé : rien ne garantit encore son entrée. S'il vient d'une version antérieure, le prochain démarrage le signe tel quel.
       *[other] Le journal est intact mais pas signé : rien ne garantit encore ses { $entries } entrées. S'il vient d'une version antérieure, le prochain démarrage le signe tel quel.
    }
audit-unsigned-here =
    { $entries ->
        [1] Le journal est intact mais pas signé, alors que cette installation a signé des têtes : rien ne garantit son entrée.
       *[other] Le journal est intact mais pas signé, alors que cette installation a signé des têtes : rien ne garantit ses { $entries } entrées.
    }
audit-accepted-before = Accepté le { $at }, comme l'indique l'entrée { $seq } de { $instance } : { $what }
audit-accept-nothing = Le journal est tel qu'il a été signé : il n'y a rien à accepter.
audit-accept-how = Cherchez qui a écrit dans la base d'état. Pour que le journal continue tel qu'il est, en gardant trace de ceci, relancez la commande avec --yes.
audit-accept-cut = Toutes les têtes à côté de la clé d'audit ne sont pas lisibles : rien ne montre si des entrées ont été coupées à la fin du journal. Si vous conservez des têtes ailleurs, comparez-les à la fin du journal avant de l'accepter.
audit-accept-unreadable = Une entrée illisible ne peut pas être acceptée ; rien n'a été modifié. Restaurez une sauvegarde antérieure : pstral restore FICHIER --force.
audit-accepted = Enregistré et signé.
audit-accept-stays = « pstral audit verify » continuera de nommer cette entrée : accepter signe le journal tel qu'il est, et ne rétablit aucune entrée. Pour vérifier ce qui s'enregistre désormais : pstral audit verify { $heads }
audit-restored-before = Restauré le { $at }, comme l'indique l'entrée { $seq } de { $instance } : { $what }
restore-unproven = Rien ne garantit le journal restauré : rien n'y est donc encore enregistré. Vérifiez d'où vient le fichier ; pour continuer avec lui, lancez « pstral audit accept --yes ».
restore-recorded = La restauration est enregistrée, et les prochaines entrées la suivront, mais « pstral audit verify » continuera de nommer cette entrée. Cherchez qui a modifié la sauvegarde, et restaurez-en une autre avec --force.
restore-changed = Rien n'a été restauré depuis { $path }, et rien n'a été modifié. Utilisez une autre sauvegarde, ou restaurez celle-ci dans une base d'état vide pour l'examiner.
restore-not-saved = L'état à remplacer n'a pas pu être sauvegardé : rien n'a été remplacé. Déplacez { $path } ailleurs, ou choisissez une base vide, puis réessayez.
restore-replaced =
    { $rows ->
        [1] L'état remplacé est conservé dans { $path } : une ligne. Supprimez-le quand vous serez sûr.
       *[other] L'état remplacé est conservé dans { $path } : { $rows } lignes. Supprimez-le quand vous serez sûr.
    }
audit-no-head = Le journal de { $instance } n'a pas de tête signée. Vérifiez le nom de l'instance, ou démarrez une fois cette version de Pstral.
audit-not-a-head = { $path } ne contient pas de tête signée. Utilisez un fichier écrit par « pstral audit head », ou celui de [audit] head_file.
audit-file-irregular = { $path } n'est pas un fichier ordinaire. Indiquez un fichier qui contient des têtes signées.
audit-file-unread = { $path } n'a pas pu être lu : { $error }. Vérifiez le chemin et les droits.
audit-file-not-text = { $path } n'est pas un fichier texte : la ligne { $line } n'est pas en UTF-8. Utilisez-en une copie intacte.
audit-heads-compared =
    { $heads ->
        [1] Une tête de { $path } a été comparée.
       *[other] { $heads } têtes de { $path } ont été comparées.
    }
audit-heads-damaged =
    { $places ->
        [1] { $path }, ligne { $lines } : ce n'est pas une tête signée entière, rien n'a donc été comparé avec elle. Cherchez qui a modifié ce fichier, et comparez-en une copie.
       *[other] { $path }, lignes { $lines } : ce ne sont pas des têtes signées entières, rien n'a donc été comparé avec elles. Cherchez qui a modifié ce fichier, et comparez-en une copie.
    }
audit-no-entry = Le journal de { $instance } n'a pas d'entrée { $seq }. Vérifiez le numéro et --instance.
audit-heads-order = La première tête est plus récente que la seconde. Échangez-les.
audit-proof-pruned = Cette preuve a besoin d'entrées qui ont été purgées. Choisissez une entrée ou une tête plus récente.
audit-proof-entry = L'entrée { $seq } de { $instance } est dans le journal : { $hash }
audit-proof-grown = Le journal de { $instance } a continué de l'entrée { $from } à l'entrée { $to } sans modification.
audit-proof-unreadable = Ce n'est pas une preuve de Pstral : { $why }. Utilisez-en une écrite par « pstral audit prove » ou « consistency ».
proof-not-json = ce n'est pas du JSON à partir de la ligne { $line }
proof-repeated = un membre y figure deux fois (ligne { $line }, colonne { $column })
proof-members = un membre manque, ou n'est pas celui d'une preuve
proof-head = une tête qu'elle contient n'est pas une tête signée
proof-hash = une empreinte de son chemin n'est pas faite de 64 chiffres hexadécimaux
audit-proof-signature = La signature de la tête dans la preuve ne correspond pas. Demandez la preuve à nouveau.
audit-proof-other-key = La tête de la preuve est signée avec une autre clé ({ $key }). Si c'est la vôtre, donnez-la avec --key.
audit-proof-entry-changed = L'entrée de la preuve a été modifiée.
audit-proof-other-instance = Les parties de la preuve viennent d'instances différentes.
audit-proof-path = La preuve ne mène pas à la racine signée : l'entrée ou une tête a été modifiée.
audit-exported =
    { $entries ->
        [0] Aucun événement exporté.
        [1] Un événement exporté.
       *[other] { $entries } événements exportés.
    }

## Catalogues
catalog-read = { $target } · lu le { $time } · { $hash }
catalog-table = table
catalog-view = vue
catalog-rows =
    { $rows ->
        [0] aucune ligne
        [1] environ une ligne
       *[other] environ { $rows } lignes
    }
catalog-distinct =
    { $values ->
        [0] aucune valeur
        [1] une valeur
       *[other] { $values } valeurs
    }
catalog-beside = Tables et vues : { $tables }. Synonymes : { $synonyms }. Noms qui exécutent du code, et sont refusés : { $callables }.
catalog-first = { $target } : lue pour la première fois ; tables et vues : { $tables }.
catalog-changed = { $target } : elle a changé ; tables et vues : { $tables }.
catalog-unchanged = { $target } : inchangée ; tables et vues : { $tables }.
catalog-none = Rien n'a encore été lu de { $target }. Lisez-la avec : pstral catalog refresh { $target }
catalog-no-target = Il n'y a pas de base « { $name } » dans la configuration. Bases connues : { $known }
catalog-no-tables = { $target } n'a aucune table que son compte puisse lire, donc pas « { $name } » non plus. Accordez-lui-en, puis : pstral catalog refresh { $target }
catalog-no-table = { $target } n'a pas de table « { $name } ». Vouliez-vous dire { $near } ? Si elle est nouvelle : pstral catalog refresh { $target }

## Comptes
account-reads = { $account } peut lire, et rien de plus
excess-superuser = { $account } est au-dessus des contrôles de la base : { $what }
excess-owner = { $account } possède ce qu'il lit : { $what }
excess-administer = { $account } peut se donner des droits : { $what }
excess-write = { $account } peut écrire : { $what }
excess-read-all = { $account } peut lire plus que ce qui lui a été accordé nommément : { $what }
excess-lock = { $account } peut verrouiller : { $what }
excess-execute = { $account } peut exécuter du code enregistré : { $what }
excess-outside = { $account } peut atteindre le réseau ou les fichiers du serveur : { $what }
excess-unbounded = { $account } peut remplir le disque de fichiers temporaires : { $what }

## Santé
health-model = { $server } a répondu en { $millis } ms ; le modèle { $model } est installé{ $sized ->
    [yes] {" "}({ $size })
   *[no] {""}
} ; contexte : { $context ->
    [one] { $context } jeton
   *[other] { $context } jetons
}{ $reach ->
    [all] , tout ce que le modèle peut lire
    [part] {" "}sur les { $own } que le modèle peut lire
   *[unknown] {""}
}
health-target =
    { $engine }, { $tables ->
        [one] { $tables } table
       *[other] { $tables } tables
    }{ $views ->
        [0] { "" }
        [1] { "" } et une vue
       *[other] { "" } et { $views } vues
    }, base lue en { $millis } ms, en lecture seule
health-state =
    { $engine }, { $users ->
        [one] { $users } utilisateur
       *[other] { $users } utilisateurs
    }, { $events ->
        [one] { $events } événement d'audit
       *[other] { $events } événements d'audit
    }, écriture en { $millis } ms
health-terminal = un terminal de { $columns } sur { $rows }
health-piped = entrée et sortie redirigées

## Conservation et données personnelles
prune-class = { $class } · avant le { $before }
prune-conversations = conversations
prune-proposals = requêtes proposées
prune-codes = codes expirés
prune-audit = journal d'audit
prune-audit-texts = textes du journal d'audit
prune-nothing = Rien n'est arrivé à échéance.
prune-dry = Rien n'a été supprimé. Pour le faire : pstral prune --yes
prune-done = Tout cela a été supprimé.
prune-for-ever = Sans [retention] dans la configuration, tout le reste est conservé sans limite.
prune-unproven = Rien n'a été supprimé du journal d'audit : il doit d'abord être intact.
held-conversations = conversations : { $rows }
held-turns = messages : { $rows }
held-proposals = requêtes proposées : { $rows }
held-links = comptes reliés : { $rows }
held-codes = codes de liaison : { $rows }
held-requests = demandes de liaison : { $rows }
held-buttons = messages avec boutons de requêtes : { $rows }
held-ratings = avis sur des réponses : { $rows }
held-queries = requêtes proposées à la vérification : { $rows }
held-wrong-codes = codes erronés : { $rows }
held-entries = entrées d'audit : { $rows }
person-exported = Tout ce qui est conservé sur cette personne est dans { $path }, que vous seul pouvez lire.
erase-entries = entrées d'audit à expurger : { $entries }
erase-fixed = entrées d'audit d'une ancienne version, dont les textes ne partent qu'avec [retention] audit_days : { $entries }
erase-dry = Rien n'a été supprimé. C'est irréversible ; pour oublier { $name } : pstral user erase { $name } --yes
erase-done = { $name } est oublié ; ce qui a été fait reste au journal au nom de { $left }.
erase-late = Quelque chose s'écrivait encore, par exemple une réponse en cours. Dans un instant : pstral user erase { $left } --yes
erase-unsettled = La base d'état est en cours de lecture : ce qui a été supprimé quittera son journal d'écriture un peu plus tard, au plus tard à l'arrêt de Pstral.
erase-last = Rien n'a été supprimé : { $name } est la dernière personne à pouvoir gérer les utilisateurs. Donnez d'abord ce rôle à un autre utilisateur : pstral user edit NOM --role admin

## Requêtes vérifiées dans la base d'état
query-proposed = attend une approbation
query-of-file = vérifiée dans le fichier
query-of-chat = vérifiée
query-retired = retirée
query-hidden = masquée par une entrée du fichier
query-fallen = n'est plus valable
query-unknown = { $target } n'a pas de requête vérifiée « { $id } ». Voyez pstral verified list { $target }
query-which-version = Dites quelle version vous avez lue : { $name }
query-none-to-export = { $target } n'a pas de requête approuvée dans une discussion : il n'y a rien à exporter.
query-holding =
    { $queries ->
        [0] { $target } : aucune requête vérifiée n'est en service.
        [1] { $target } : une requête vérifiée est valable.
       *[other] { $target } : { $queries } requêtes vérifiées sont valables.
    }
queries-fallen = ne sont plus valables et ne sont plus proposées : { $queries }
queries-hidden = masquées par des entrées du fichier de même nom : { $queries }
remedy-queries-fallen = Lancez pstral verified check { $target } pour savoir pourquoi ; corrigez-les dans le fichier ou, dans une discussion, avec /verifiees.
remedy-queries-hidden = Retirez celles écrites dans une discussion, ou donnez d'autres noms aux entrées du fichier.

## The state as a whole
state-up-to-date = La base d'état est à jour (migration { $to }).
state-migrated = La base d'état a été mise à jour : de la migration { $from } à la migration { $to }.
file-exists = { $path } existe déjà, et rien n'est remplacé. Choisissez un autre nom.
backup-done =
    { $rows ->
        [0] { $path } : aucune ligne. Gardez ce fichier là où seuls les administrateurs peuvent le lire : il contient ce qui a été demandé.
        [1] { $path } : une ligne. Gardez ce fichier là où seuls les administrateurs peuvent le lire : il contient ce qui a été demandé.
       *[other] { $path } : { $rows } lignes. Gardez ce fichier là où seuls les administrateurs peuvent le lire : il contient ce qui a été demandé.
    }
backup-failed = Aucune sauvegarde n'a été faite dans { $path }. { $why }
restore-done =
    { $rows ->
        [0] Restauré depuis { $path }, dans l'état du { $at } : aucune ligne.
        [1] Restauré depuis { $path }, dans l'état du { $at } : une ligne.
       *[other] Restauré depuis { $path }, dans l'état du { $at } : { $rows } lignes.
    }
restore-failed = Rien n'a été restauré depuis { $path }, et rien n'a été changé. { $why }
copy-same = Les deux adresses sont les mêmes. Indiquez la base dans laquelle copier.
copy-address = Cette adresse est inutilisable
copy-done =
    { $rows ->
        [0] Copié de { $from } vers { $to } : aucune ligne. Pour l'utiliser, donnez à [store] url la nouvelle adresse.
        [1] Copié de { $from } vers { $to } : une ligne. Pour l'utiliser, donnez à [store] url la nouvelle adresse.
       *[other] Copié de { $from } vers { $to } : { $rows } lignes. Pour l'utiliser, donnez à [store] url la nouvelle adresse.
    }
copy-failed = Rien n'a été copié vers { $path }, et rien n'y a été changé. { $why }
copy-unproven = Rien n'a été copié de { $from } vers { $to } : la copie serait signée avec la clé de cette installation. Vérifiez la source avec « pstral audit verify » là où elle est utilisée, puis réessayez.
transfer-not-empty = Il y a déjà un état à cet endroit. Choisissez une base vide, ou ajoutez --force pour le remplacer : ce qu'elle contient sera perdu.
transfer-in-use = Un programme de Pstral travaille sur cette base. Arrêtez chaque pstral run qui l'utilise, puis réessayez.
transfer-older = Une version antérieure de Pstral l'a créée (migration { $migration }). Mettez-la d'abord à jour avec pstral migrate, en indiquant son adresse dans store.url, puis réessayez.
transfer-newer = Une version plus récente de Pstral l'a créée. Installez cette version, ou une plus récente, puis réessayez.
transfer-not-ours = Ce n'est pas une sauvegarde entière et intacte : { $error }. Prenez-en une autre copie.
transfer-store = La base ne l'a pas pris : { $error }. Vérifiez son adresse, son disque et son compte.
transfer-stream = Le fichier n'a pas pu être lu ou écrit : { $error }. Vérifiez le chemin, les droits et le disque.

## Roles, places and policy
config-role-name = ce ne peut pas être un rôle : lettres minuscules, chiffres et -, une lettre en premier, 32 signes au plus.
config-role-capabilities = dites ce que le rôle permet, par exemple capabilities = ["ask", "execute"]. Seuls member, steward et admin s'en passent.
config-role-unknown = « { $given } » n'est pas un rôle connu : choisissez parmi { $known }, ou décrivez-le sous [roles.{ $given }].
config-place-twice = ce lieu est décrit deux fois. Réunissez tout ce qui le concerne.
config-place-id = cette valeur est nécessaire : l'identifiant du lieu sur sa plateforme.
config-matrix-room = « { $given } » n'est pas l'identifiant d'un salon : écrivez celui que ses paramètres affichent (« identifiant interne »), par exemple "!abc:example.org".
config-platform-off = { $name } n'est pas activé. Écrivez platforms.{ $name }.enabled = true, ou retirez cette entrée.
config-target-nowhere = la base ne répondrait nulle part. Nommez au moins une plateforme, ou retirez cette clé.
config-timezone = « { $given } » n'est pas un fuseau horaire. Écrivez par exemple "Europe/Paris" ou "UTC".
config-place-nobody = personne n'y serait admis. Nommez au moins un rôle, ou retirez cette clé.
found-users-roleless = Ces utilisateurs ont un rôle qui n'est pas dans la configuration : { $users }.
remedy-users-roleless = Ils ne peuvent rien faire. Décrivez le rôle sous [roles.<nom>], ou donnez-leur un autre rôle.
policy-asking = Demander
policy-executing = Exécuter
policy-reading = Lire
policy-delivery = Résultat
policy-yes = oui
policy-no = non
policy-here = là où la question est posée
policy-private = en privé
policy-line = { $what } : { $verdict } · { $why }
policy-no-catalog = On ne sait encore rien de cette base, et elle ne répond pas : impossible d'y chercher des tables. Lancez pstral catalog refresh.
policy-place-bad = « { $place } » ne désigne aucun lieu : donnez sa plateforme et son identifiant, par exemple discord:1234.
policy-who = Dites de qui il s'agit : --user NOM ou --role RÔLE.
policy-file-bad = La table ne peut pas être utilisée. Corrigez-la : docs/roles.md en montre une. ({ $error })
policy-differs = ligne { $line } : { $row } : attendu { $expected }, mais c'est { $found }
policy-fine =
    { $rows ->
        [0] La table ne contient aucune ligne.
        [1] La décision de la table est conforme.
       *[other] Les { $rows } décisions sont conformes.
    }
policy-not-fine =
    { $differing ->
        [1] Une décision diffère, sur { $rows }.
       *[other] { $differing } décisions diffèrent, sur { $rows }.
    }
why-held = le rôle le permet
why-not-held = le rôle ne le permet pas
why-disabled = l'utilisateur est désactivé
why-role-unknown = ce rôle n'existe pas
why-not-welcome = le rôle n'est pas admis ici
why-welcome = le rôle est admis ici
why-not-on-platform = la base ne répond pas sur cette plateforme
why-target-unknown = cette base n'existe pas
why-table-unknown = la base n'a pas cette table ou cette colonne
why-denied = c'est interdit
why-not-listed = absent de la liste de ce qui peut être lu
why-listed = c'est autorisé, et rien ne l'interdit
why-open = aucune règle ne l'interdit
why-alone = une seule personne y lit
why-everybody = toutes les personnes admises peuvent tout en voir
why-place-private = les résultats de ce lieu sont privés
why-target-private = les résultats de cette base sont privés
why-own-accounts = les résultats viennent du compte de chaque personne
why-table-private = les résultats de cette table sont privés
why-audience = une personne qui y est admise ne peut pas tout en voir

## Model servers
config-model-url-public = { $address } est une adresse publique : les questions sortiraient de l'entreprise. Donnez celle d'un serveur de votre réseau ; s'il faut vraiment celle-ci, écrivez allow_public_endpoints = true dans [model].
config-model-endpoint-twice = ce serveur est décrit deux fois. Gardez une seule description et donnez-lui plus de slots.
config-model-url-beside = à côté de [[model.endpoints]], cette adresse ne servirait pas. Supprimez-la, ou ajoutez-la comme un endpoint de plus.
config-model-not-of-kind = un serveur de type { $kind } ne lit pas cette clé. Supprimez-la.
found-outside = adresse refusée : { $detail }
remedy-model-outside = Donnez dans [model] l'adresse d'un serveur de votre réseau : les questions ne doivent pas sortir de l'entreprise. S'il faut vraiment celle-ci, écrivez allow_public_endpoints = true dans [model].
remedy-model-other = Ce serveur a { $served } : écrivez l'un de ces noms dans [model] name, ou démarrez-le avec le modèle voulu.
remedy-model-none = Démarrez ce serveur avec le modèle de [model] name ; docs/models.md dit comment.
remedy-model-key = Vérifiez la clé api_key dans [model] : ce serveur en attend une autre.
remedy-model-unsupported = Choisissez dans [model] name un modèle qui sait converser ; pstral model list montre ceux du serveur.
remedy-model-busy = Attendez que le serveur ait chargé son modèle ou fini ses réponses, puis recommencez.
remedy-model-server-away = Démarrez le serveur du modèle et vérifiez son adresse dans [model]. Sans modèle, seules les requêtes vérifiées répondent.
remedy-model-server = Vérifiez que l'adresse dans [model] est bien celle d'un serveur compatible avec OpenAI, et lisez son journal.
model-list = { $endpoint } { $models ->
    [0] n'a aucun modèle.
    [1] a un modèle :
   *[other] a { $models } modèles :
}
model-pull-cannot = Un serveur de type { $kind } ne télécharge pas de modèle lui-même : démarrez-le avec celui qu'il vous faut (docs/models.md).
model-pull-begins = { $endpoint } télécharge { $model } …
model-pull-cost = Il prend { $disk } de disque, et environ { $memory } de mémoire pendant qu’il répond.
model-pull-done = { $model } est installé sur { $endpoint }.
model-pull-stopped = Arrêté. Ce qui est déjà là est gardé : la même commande reprendra à cet endroit.
model-pull-cut = La connexion au serveur s'est interrompue. Ce qui est déjà là est gardé : relancez la même commande pour continuer.

## Tailles
size-mb = { $size } Mo
size-gb = { $size } Go

## Discord
config-discord-token = Discord reconnaît Pstral au jeton d'un bot : ajoutez-le, de préférence avec token_file ou dans l'environnement. docs/discord.md dit où le trouver.
config-discord-application = l'identifiant de l'application est obligatoire : Discord l'affiche là où le bot a été créé. docs/discord.md dit où.
config-discord-id = « { $given } » n'est pas un identifiant : écrivez le nombre que Discord copie en mode développeur, par exemple "1234567890123456789".
config-discord-rest-url = « { $given } » n'est pas une adresse : écrivez http:// ou https:// puis où écoute le proxy de l'API REST de Discord, par exemple "http://127.0.0.1:3000", ou supprimez la clé.
config-discord-shards = first_shard, last_shard et shards vont ensemble, chacun plus petit que le suivant, par exemple 0, 1 et 4 ; ou supprimez les trois.
health-discord = { $name } a répondu en { $millis } ms
discord-found-invitation = pour inviter Pstral sur un serveur : { $url }
discord-found-fault = Discord répond : { $fact }
discord-found-other-application = le jeton est celui de l'application { $id }
discord-found-intents = le contenu des messages peut être lu
discord-found-no-content = sans le contenu des messages, il faut mentionner Pstral dans les fils aussi
discord-found-content-forbidden = le contenu des messages ne peut pas être lu : Discord refusera la connexion
discord-found-commands = les commandes sont enregistrées comme il faut
discord-found-other-commands = les commandes enregistrées diffèrent de celles de cette version
discord-found-channel = { $name } : tout ce qu'il faut est permis
discord-found-missing = { $name } : autorisations manquantes : { $missing }
discord-remedy-token = Vérifiez token dans [platforms.discord], et que cette machine joint discord.com en HTTPS.
discord-remedy-reach = Vérifiez que cette machine joint discord.com en HTTPS, et recommencez.
discord-remedy-application = Écrivez ce nombre comme application dans [platforms.discord], ou donnez le jeton de l'autre bot.
discord-remedy-intents = Activez Message Content Intent, à la page Bot du portail développeur de Discord, ou écrivez message_content = false.
discord-remedy-no-content = Pour se passer de mentions dans les fils, activez Message Content Intent, à la page Bot du portail développeur, et écrivez message_content = true.
discord-remedy-commands = Le prochain démarrage de Pstral les enregistre.
discord-remedy-permissions = Accordez-les au rôle de Pstral dans les paramètres de ce salon, ou invitez-le de nouveau avec l'adresse ci-dessus.
discord-remedy-channel = Vérifiez l'identifiant, et que Pstral est sur ce serveur et voit le salon.

## Matrix
config-matrix-homeserver = l'adresse du serveur est obligatoire, par exemple "https://matrix.example.org".
config-matrix-address = « { $given } » n'est pas une adresse : écrivez https:// puis le nom du serveur, par exemple "https://matrix.example.org".
config-matrix-passphrase = la session et les clés sont chiffrées avec une phrase secrète : ajoutez-la, de préférence avec passphrase_file ou dans l'environnement. N'importe quel texte assez long convient ; gardez-le aussi longtemps que le compte.
config-matrix-rate = burst vaut au moins 1, et events_per_second entre 0,001 et 1000, ou 0, qui dit que le serveur ne limite pas le compte.
config-matrix-name = le nom affiché compte de 1 à 256 caractères. Écrivez-en un, ou supprimez cette clé.
config-matrix-user = Quel compte ? Ajoutez user dans [platforms.matrix], par exemple "@pstral:example.org".
health-matrix = { $name } a répondu en { $millis } ms
health-matrix-unsigned = { $name } a répondu en { $millis } ms, mais { $fact }. { $remedy }
matrix-not-enabled = Matrix n'est pas activé : écrivez enabled = true dans [platforms.matrix]. docs/matrix.md dit ce qu'il faut d'autre.
matrix-ask-password = Mot de passe du compte :
matrix-ask-token = Jeton d'accès :
matrix-ask-key = Clé de récupération :
matrix-welcome = Connecté en tant que { $user }, sur l'appareil { $device }.
matrix-recovered = Les clés de { $user } sont sur l'appareil { $device }.
matrix-no-password = Aucun mot de passe n'a été donné. Tapez-le, ou écrivez password_file dans [platforms.matrix].
matrix-recovery-key = Cette clé de récupération permet de tout retrouver si les clés sont perdues. Elle n'est montrée qu'une fois : gardez-la ailleurs que la phrase secrète.
matrix-status = { $user }, appareil { $device } · reconnu par le compte : { $verified } · clé de récupération valable : { $recoverable } · salons : { $rooms }
matrix-fault = { $fault }
matrix-logged-in = quelqu'un est déjà connecté
matrix-logged-out = le serveur Matrix a déconnecté le compte
matrix-wrong-key = ce n'est pas la clé de récupération : une lettre est fausse ou manque, ou elle est celle d'un autre compte
matrix-no-key = le compte n'a pas de clé de récupération qui fonctionne
matrix-nobody = personne n'est connecté
matrix-in-use = un autre processus utilise le compte
matrix-keys-gone = les clés de l'appareil ont disparu
matrix-wrong-passphrase = la phrase secrète n'ouvre pas la session
matrix-browser = le serveur veut qu'on l'autorise dans un navigateur
matrix-unverified = Le compte a des clés que cet appareil n'a pas encore. Apportez-les avec sa clé de récupération : pstral matrix recover. Si elle est perdue : pstral matrix reset-crypto.
matrix-session = { $user } est connecté, sur l'appareil { $device }
matrix-device-verified = les autres voient que l'appareil est bien celui du compte
matrix-device-unverified = les autres ne voient pas que l'appareil est celui du compte : certains programmes ne lui donneront pas leurs clés
matrix-limited = on suppose que le serveur limite le compte, puisque events_per_second n'est pas 0 : les réponses arrivent en peu d'étapes et, quand il y en a beaucoup, l'une après l'autre. Seuls ses administrateurs voient s'il le fait
matrix-lifted = on suppose que le serveur ne limite pas le compte, et il ne l'a pas refusé récemment. Seuls ses administrateurs voient ses limites
matrix-limit-unknown = le serveur limite le compte, qu'il a refusé la dernière fois le { $at }, alors que events_per_second = 0 dit que non
matrix-avatar-unreadable = Le fichier ne peut pas être lu : { $error }.
matrix-avatar-large = Il ne peut pas dépasser 1 Mio : réduisez l'image.
matrix-avatar-kind = Ce n'est pas une image PNG, JPEG, GIF ou WebP.
matrix-verify-waits = En attente, dix minutes au plus, d'une demande de vérification de { $account }. Dans l'autre programme, ouvrez le profil de Pstral et choisissez « Vérifier » ; sur un autre appareil de ce compte, passez par ses paramètres. Ctrl-C arrête.
matrix-verify-asks = { $user } demande à vérifier Pstral, depuis l'appareil { $device }.
matrix-verify-own = Un autre appareil du compte { $user }, celui de Pstral, demande à être vérifié : { $device }. Une fois confirmé, il reçoit les clés du compte et peut lire ce qui est écrit à Pstral. Répondez non s'il n'est pas à vous.
matrix-verify-question = L'autre appareil affiche-t-il ces sept émojis, dans cet ordre ? Comparez-les dans la minute, de vive voix ou au téléphone. (oui/non)
matrix-verify-again = Répondez par oui ou par non.
matrix-verified = Vérifié : Pstral fait confiance à { $user }, dont les programmes affichent maintenant Pstral comme vérifié. Vous pouvez relancer Pstral.
matrix-verified-own = Vérifié : l'appareil { $device } appartient à { $user } et a ses clés. Vous pouvez relancer Pstral.
matrix-verify-mismatch = Annulé, car les émojis diffèrent : quelqu'un s'interpose peut-être entre Pstral et l'appareil { $device } de { $user }. Rien n'a été confirmé. Recommencez par un autre réseau ; s'ils diffèrent encore, prévenez l'administrateur du serveur.
matrix-verify-cancelled = { $user } a annulé sur l'appareil { $device }. Rien n'a été confirmé. Pour recommencer, relancez cette commande et refaites la demande sur l'appareil.
matrix-verify-late = La vérification avec { $user }, appareil { $device }, a pris trop de temps : chaque étape dure une minute au plus, l'ensemble cinq. Rien n'a été confirmé. Relancez cette commande et refaites la demande sur l'appareil.
matrix-verify-failed = L'appareil { $device } de { $user } ne peut pas être vérifié par émojis ({ $why }). Rien n'a été confirmé. Mettez son programme à jour, ou prenez-en un autre, puis relancez cette commande.
matrix-verify-nobody = Personne n'a fait de demande en dix minutes. Relancez cette commande, puis faites la demande sur l'autre appareil.
matrix-verify-stopped = Annulé : rien n'a été confirmé. Relancez cette commande quand vous le souhaitez.
matrix-no-user-id = « { $given } » n'est pas un identifiant Matrix
matrix-emoji = { $number ->
    [0] Chien
    [1] Chat
    [2] Lion
    [3] Cheval
    [4] Licorne
    [5] Cochon
    [6] Éléphant
    [7] Lapin
    [8] Panda
    [9] Coq
    [10] Manchot
    [11] Tortue
    [12] Poisson
    [13] Poulpe
    [14] Papillon
    [15] Fleur
    [16] Arbre
    [17] Cactus
    [18] Champignon
    [19] Globe
    [20] Lune
    [21] Nuage
    [22] Feu
    [23] Banane
    [24] Pomme
    [25] Fraise
    [26] Maïs
    [27] Pizza
    [28] Gâteau
    [29] Cœur
    [30] Smiley
    [31] Robot
    [32] Chapeau
    [33] Lunettes
    [34] Clé à molette
    [35] Père Noël
    [36] Pouce en l'air
    [37] Parapluie
    [38] Sablier
    [39] Réveil
    [40] Cadeau
    [41] Ampoule
    [42] Livre
    [43] Crayon
    [44] Trombone
    [45] Ciseaux
    [46] Cadenas
    [47] Clé
    [48] Marteau
    [49] Téléphone
    [50] Drapeau
    [51] Train
    [52] Vélo
    [53] Avion
    [54] Fusée
    [55] Trophée
    [56] Ballon
    [57] Guitare
    [58] Trompette
    [59] Cloche
    [60] Ancre
    [61] Casque audio
    [62] Dossier
   *[63] Punaise
}
remedy-matrix-user-id = Écrivez-le comme son programme l'affiche, par exemple @zoe:example.org.
remedy-matrix-verify-stop = Pstral tourne avec ce compte. Arrêtez-le, lancez pstral matrix verify, puis relancez-le : il répond à ce qui a été dit depuis cinq minutes au plus.
remedy-matrix-login = Connectez le compte : pstral matrix login.
remedy-matrix-logged-in = Il n'y a rien d'autre à faire. Pour un autre compte, choisissez un autre dossier avec data, ou supprimez-y le dossier matrix.
remedy-matrix-again = Reconnectez le compte : supprimez le fichier session.sealed du dossier matrix de data, puis lancez pstral matrix recover.
remedy-matrix-recover = Retrouvez les clés avec la clé de récupération : pstral matrix recover.
remedy-matrix-no-key = Créez de nouvelles clés : pstral matrix reset-crypto. Si personne n'est connecté, supprimez d'abord le dossier matrix de data et lancez pstral matrix login.
remedy-matrix-verify = Donnez à cet appareil les clés du compte avec sa clé de récupération : pstral matrix recover. Si elle est perdue : pstral matrix reset-crypto.
remedy-matrix-recovery-key = Vérifiez la clé de récupération : c'est celle que pstral matrix login a montrée, ou qu'un autre programme a créée pour ce compte.
remedy-matrix-reset = Réinitialisez le chiffrement du compte avec un autre programme Matrix, puis relancez pstral matrix login.
remedy-matrix-passphrase = Vérifiez passphrase dans [platforms.matrix] : c'est celle de la première connexion. Si elle est perdue, supprimez le dossier matrix de data, puis lancez pstral matrix recover avec la clé de récupération.
remedy-matrix-in-use = Pstral tourne avec ce compte. Arrêtez-le d'abord ; pstral doctor peut l'examiner pendant qu'il tourne.
remedy-matrix-store = Vérifiez la phrase secrète et les fichiers du dossier matrix de data. S'ils sont abîmés, supprimez son dossier store, puis lancez pstral matrix recover.
remedy-matrix-disk = Vérifiez que Pstral peut écrire dans ce dossier, et qu'il reste de la place sur son disque.
remedy-matrix-password = Vérifiez user et le mot de passe, et que homeserver est bien le serveur du compte.
remedy-matrix-server = Vérifiez homeserver dans [platforms.matrix], et que cette machine le joint, puis recommencez.
remedy-matrix-limit = Un administrateur du serveur lève la limite : POST { $server }/_synapse/admin/v1/users/{ $user }/override_ratelimit avec {"{"}"messages_per_second": 0, "burst_count": 0{"}"}. Écrivez ensuite events_per_second = 0 dans [platforms.matrix].
remedy-matrix-limit-unknown = Un administrateur du serveur lève la limite : POST { $server }/_synapse/admin/v1/users/{ $user }/override_ratelimit avec {"{"}"messages_per_second": 0, "burst_count": 0{"}"}. Ou écrivez events_per_second = 0.2 dans [platforms.matrix] : c'est ce que Synapse permet par défaut.

## Une base mise à l'épreuve
trial-connection = connexion
trial-account = compte
trial-catalog = catalogue
trial-types = types
trial-parameters = paramètres
trial-limits = limites
trial-time-limit = durée limite
trial-stop = arrêt
trial-beside = deux à la fois
trial-plan = plan
trial-columns = vos colonnes
trial-not-done = impossible
trial-no-connection = Rien d’autre n’a été essayé. Établissez d’abord la connexion, puis recommencez.
trial-name-a-user = Nommez une personne qui y a un compte : --user UTILISATEUR
trial-no-accounts = cette base ne connaît pas de comptes
trial-account-reads = il lit, et rien de plus
trial-account-more = il peut faire { $excesses ->
        [1] une chose
       *[other] { $excesses } choses
    } de plus que lire ; pstral doctor les nomme
trial-catalog-read =
    { $tables ->
        [1] une table ou vue
       *[other] { $tables } tables et vues
    }, { $columns ->
        [1] une colonne
       *[other] { $columns } colonnes
    }, lecture en { $millis } ms
trial-types-read = { $right } types de valeurs sur { $all } sont relus sans altération, NULL compris{ $left ->
        [0] { "" }
       *[other] {" "}; à revoir : { $wrong }
    }
trial-parameters-taken = { $right } sortes de valeurs sur { $all } sont reconnues à l’identique par la base en paramètre{ $left ->
        [0] { "" }
       *[other] {" "}; à revoir : { $wrong }
    }
trial-limits-kept = { $rows } lignes reçues dans l’ordre ; limites de lignes, d’octets et de cellules respectées
trial-limits-not-kept = ordre : { $order }, limite de lignes : { $rows }, d’octets : { $bytes }, d’une cellule : { $cells }
trial-time-kept = une requête lente s’est terminée { $millis } ms après sa limite, et la suivante a répondu
trial-stopped = une requête lente s’est terminée { $millis } ms après la demande d’arrêt, et la suivante a répondu
trial-not-slow = la requête lente s’est terminée seule, ce qui ne prouve rien ; merci de le signaler
trial-one-at-a-time = non essayé : cette base est configurée pour une requête à la fois
trial-report-unwritten = Le rapport ne peut pas être écrit dans { $path } : { $error }. Choisissez un autre endroit.
trial-beside-ran = une requête a répondu pendant la lecture d’une autre
trial-no-estimates = cette base n’estime pas les coûts
trial-planned = coût estimé à { $cost }, dans l’unité de la base
trial-no-estimate = pas d’estimation : le compte ne peut pas voir les plans
trial-columns-read = { $right } types lus sur { $all }{ $left ->
        [0] { "" }
       *[other] {" "}; à revoir : { $wrong }
    }{ $named ->
        [0] { "" }
       *[other] {" "}; montrés par le seul nom du type : { $by_name }
    }{ $empty ->
        [0] { "" }
       *[other] {" "}; sans valeur à lire : { $empty }
    }{ $closed ->
        [0] { "" }
       *[other] {" "}; fermés par vos règles, non essayés : { $closed }
    }

## Evaluation
eval-model = Modèle
eval-right = Justes
eval-rows = Lignes justes, dont avec des colonnes en plus
eval-valid = Requêtes qui peuvent être exécutées
eval-refused = Refusées, par règle
eval-failed = Proposées, mais en échec sur la base
eval-corrected = Justes après une correction
eval-verified = Justes par une requête vérifiée
eval-asked = Précisions demandées à raison, et à tort
eval-abstained = Abstentions justifiées, et injustifiées
eval-unanswered = Sans réponse
eval-left-out = Non posées : requête de référence refusée, en échec
eval-tables = Tables utiles présentes dans le prompt
eval-columns = Colonnes utiles présentes dans le prompt
eval-tokens = Tokens : prompt + réponse, moyenne
eval-times = Délai jusqu’au premier mot, à la requête, médiane
eval-difference = Écart en points, intervalle à 95 %
eval-without = Justes sans « { $part } », écart, prompt
eval-wrong = Fausses
eval-question = Questions
eval-outcome = Résultat
eval-statement = Requête
eval-gold = Requête de référence
eval-recorded = réponses enregistrées seulement
eval-suite-error = { $suite }, ligne { $error }
eval-no-target = Choisissez la base avec --target : la configuration en décrit plusieurs, aucune, ou aucune de ce nom.
