# Ce que dit la page du point d'accès d'administration.

## Sur chaque page
page-skip = Aller au contenu
page-sections = Rubriques
page-theme = Couleurs
page-theme-auto = Comme le système
page-theme-light = Clair
page-theme-dark = Sombre
page-zone = Fuseau horaire : { $zone }
page-sign-out = Se déconnecter
page-to-start = Revenir à l'accueil
page-crumbs = Où vous êtes
page-pages-newer = Événements plus récents
page-pages-older = Événements plus anciens
page-turned =
    { $entries ->
        [one] { $entries } événement de plus est affiché.
       *[other] { $entries } événements de plus sont affichés.
    }
page-any = Indifférent
page-error-title = Erreur :
page-millis = { $millis } ms
page-seconds = { $seconds } s
page-done-approve = Approuvée. Elle répond désormais aux questions.
page-done-retire = Retirée. Elle ne répond plus aux questions.
page-done-restore = Rétablie. Elle répond de nouveau aux questions.
page-done-proposed = Proposition enregistrée. Approuvez-la dans la liste ci-dessous pour qu'elle serve.
page-done-proposed-term = Proposition enregistrée. Un responsable des données décidera de son emploi.
page-done-closed = Close. La question n'est plus dans la liste.
page-done-ended = Terminé. On ne peut plus s'en servir.

## Problèmes
page-problem = Une erreur s'est produite
page-problem-forbidden = Vous n'avez pas accès à cette page
page-problem-missing = Il n'y a rien ici
page-problem-changed = Cela a changé entre-temps
page-problem-away = Indisponible pour le moment
page-not-found = Aucune page n'existe à cette adresse. Vérifiez le lien, ou revenez à l'accueil.
page-not-opened = Cette adresse ne reçoit que des formulaires. Revenez à l'accueil.

## Connexion
page-sign-in = Connexion
page-sign-in-do = Se connecter
page-username = Nom d'utilisateur
page-password = Mot de passe
page-no-password = Pas encore de mot de passe ? Demandez à un administrateur de vous en donner un.
page-continue = Ouverture de la page…
page-continue-do = L'ouvrir maintenant

## Vue d'ensemble
page-overview = Vue d'ensemble
page-ready = Tout fonctionne.
page-ready-but =
    { $parts ->
        [1] Pstral répond aux questions, mais un composant demande votre attention.
       *[other] Pstral répond aux questions, mais { $parts } composants demandent votre attention.
    }
page-not-ready = Pstral ne peut répondre à aucune question. Réparez les composants ci-dessous.
page-unrecorded = Le journal d'audit ne peut pas être écrit : rien n'est demandé ni exécuté. Lancez « pstral audit verify », qui dit s'il a été modifié ; docs/security.md dit alors quoi faire.
page-activity = Dernières 24 heures
page-questions = Questions
page-executions = Exécutions
page-refusals = Requêtes refusées
page-answer-time = Temps de réponse moyen
page-first-text-time = Temps moyen jusqu'au premier texte
page-model-speed = Vitesse du modèle, en tokens/s
page-speed = { $tokens }
page-execution-time = Temps d'exécution moyen
page-answers-failed = Réponses en échec
page-executions-failed = Exécutions en échec
page-hours-ago = −{ $hours } h
page-most = max. { $most }
page-now = maintenant
page-numbers = Afficher les chiffres
page-numbers-caption = Heure par heure, heures de { $zone }
page-hour = Heure
page-parts = Composants
page-remedy = À faire :
page-slowest = Requêtes les plus lentes
page-slowest-empty = Aucune requête n'a été exécutée ces dernières 24 heures.
page-waiting-count =
    { $waiting ->
        [one] { $waiting } question attend le modèle.
       *[other] { $waiting } questions attendent le modèle.
    }
page-waiting-show = Voir la file d'attente

## Journal d'audit
page-audit = Audit
page-audit-lead = Tout ce qui a été demandé, refusé et exécuté. Sa lecture est elle aussi enregistrée.
page-audit-caption = Événements du journal d'audit, du plus récent au plus ancien
page-quick = Souvent cherché
page-quick-all = Tout
page-quick-questions = Questions
page-quick-executions = Exécutions
page-quick-refusals = Requêtes refusées
page-quick-failures = Échecs
page-quick-logins = Connexions
page-filters = Filtres
page-more-filters = Autres filtres
page-filter-text = Texte
page-filter-words = Texte
page-filter-user = Nom d'utilisateur
page-filter-action = Action
page-filter-status = État
page-filter-since = Depuis
page-filter-until = Jusqu'à
page-filter-target = Base
page-filter-relation = Table
page-filter-platform = Plateforme
page-filter-limit = Événements par page
page-audit-address = Cette adresse ne mène à aucune page du journal d'audit. Choisissez de nouveau les filtres.
page-filter-do = Filtrer
page-filter-none = Effacer les filtres
page-when = Quand
page-who = Qui
page-what = Quoi
page-about = À propos de
page-nobody = Pstral lui-même
page-user-number = utilisateur { $number }
page-sealed = expurgé
page-row-count =
    { $rows ->
        [0] aucune ligne
        [1] une ligne
       *[other] { $rows } lignes
    }
page-newest = Les plus récents
page-newer = Plus récents
page-older = Plus anciens
page-audit-empty = Aucun événement ne correspond
page-audit-empty-next = Retirez un filtre, ou choisissez une période plus longue.
page-audit-looked = Rien ne correspond parmi les événements parcourus jusqu'ici. De plus anciens peuvent correspondre.

## Un événement du journal
page-entry = Événement { $seq } de { $instance }
page-sealed-why = Cet événement a été expurgé : ce qui pouvait identifier une personne a été supprimé. Son empreinte prouve toujours la chaîne.
page-statement = Requête
page-detail = Détail
page-error = Erreur
page-parameters = Paramètres
page-facts = Faits
page-user = Utilisateur
page-actor = Compte sur la plateforme
page-ip = Adresse
page-place = Lieu
page-conversation = Conversation
page-proposal = Proposition
page-relations = Tables lues
page-verdict = Verdict
page-rule = Règle
page-model = Modèle
page-cost = Coût estimé
page-rows = Lignes
page-took = Durée
page-delivery = Remise
page-covers = Événements concernés
page-statement-hash = SHA-256 de la requête
page-prompt-hash = SHA-256 de l'invite
page-chain = Chaîne
page-chain-note = Chaque événement contient l'empreinte du précédent. Pour vérifier des chaînes entières, lancez « pstral audit verify ».
page-before = Événement { $seq }, le précédent
page-after = Événement { $seq }, le suivant
page-this = Cet événement
page-first = C'est le premier événement de sa chaîne.
page-last = Aucun événement ne le suit encore.
page-pruned = L'événement précédent a été supprimé avec les plus anciens. Son empreinte :
page-hash-holds = L'événement correspond à son empreinte.
page-hash-broken = L'événement ne correspond pas à son empreinte : il a été modifié après son écriture.
page-link-holds = Le lien est intact.
page-link-broken = Le lien est rompu : l'un des deux événements a été modifié après son écriture.

## Requêtes vérifiées
page-verified = Requêtes vérifiées
page-verified-lead = Les questions et les termes de l'entreprise dont un responsable a approuvé la requête.
page-verified-waiting =
    { $waiting ->
        [1] Une proposition attend une décision.
       *[other] { $waiting } propositions attendent une décision.
    }
page-verified-waiting-show = Afficher
page-verified-shown = { $shown } sur { $total }
page-verified-empty = Aucune requête vérifiée ne correspond
page-verified-empty-next = Changez les filtres, ou proposez-en une dans une conversation : exécutez une requête, puis choisissez de la garder.
page-question = Question
page-state = État
page-source = Écrite
page-verified-by = Approuvée par
page-proposed = en attente
page-approved = approuvée
page-retired = retirée
page-faulty = plus valable
page-hidden = remplacée par le fichier
page-hidden-why = Le fichier de cette base en contient une du même nom, qui est utilisée à sa place.
page-term = terme
page-from-file = dans le fichier
page-from-chat = dans une conversation
page-file-only = Elle est écrite dans le fichier de sa base. Modifiez ce fichier pour la changer.
page-approve = Approuver
page-retire = Retirer
page-restore = Rétablir
page-retire-ask = Retirer { $id } ? Elle ne répondra plus aux questions. Vous pourrez la rétablir plus tard.
page-in-french = En français
page-in-english = En anglais
page-also = Autres formulations
page-note = Remarque
page-version = Version
page-difference = Ce qu'elle change de celle du fichier

## Questions sans bonne réponse
page-reviews = À revoir
page-reviews-lead = Les questions restées sans bonne réponse, les plus fréquentes d'abord. Proposez pour elles une requête vérifiée ou un terme de l'entreprise, puis fermez-les.
page-reviews-empty = Rien à revoir
page-reviews-empty-next = Les questions restées sans bonne réponse apparaîtront ici.
page-why = Pourquoi
page-why-unanswered = sans réponse
page-why-edited = requête modifiée
page-why-bad = réponse jugée mauvaise
page-times = Fois
page-last-time = Dernière fois
page-close = Fermer
page-keep = Proposer à la vérification
page-keep-one = Proposer la requête à la vérification : { $question }
page-do = À faire
page-close-one = Fermer : { $question }

## Compte
page-account = Mon compte
page-full-name = Nom
page-role = Rôle
page-may = Capacités
page-may-nothing = Aucune. Demandez un rôle à un administrateur.
page-sessions = Sessions
page-own-password = Votre mot de passe
page-own-password-note = 12 caractères au moins. Toutes vos sessions et tous vos jetons prendront fin, y compris cette session : vous vous reconnecterez.
page-current-password = Mot de passe actuel
page-password-again = Nouveau mot de passe, encore une fois
page-password-differs = Les deux nouveaux mots de passe diffèrent. Saisissez-les de nouveau.
page-done-own-password = Mot de passe changé. Connectez-vous avec le nouveau.
page-tokens = Jetons pour les scripts
page-tokens-empty = Vous n'avez aucun jeton. Créez-en un ci-dessous pour un script.
page-name = Nom
page-unnamed = sans nom
page-everything = toutes les vôtres
page-used = Dernière utilisation
page-until = Valable jusqu'au
page-this-one = cette session
page-end = Terminer
page-end-one = Terminer { $name }
page-end-ask = Terminer { $name } ? La personne ou le script qui s'en sert est déconnecté aussitôt.
page-new-token = Nouveau jeton
page-new-token-do = Créer le jeton
page-days = Durée de validité en jours
page-token-may = Ce qu'il peut faire
page-token-made = Votre nouveau jeton
page-token-once = Copiez-le maintenant : il n'est affiché qu'une fois.
page-token-use = Les scripts l'envoient avec chaque demande :
page-copy = Copier
page-copied = Copié

## Utilisateurs
page-users = Utilisateurs
page-users-lead = Qui peut poser des questions, avec quel rôle, et depuis quels comptes.
page-users-empty = Aucun utilisateur ne correspond
page-users-empty-next = Essayez d'autres mots, ou ajoutez quelqu'un ci-dessous.
page-email = Adresse e-mail
page-since = Depuis
page-language = Langue
page-now-is = Enregistré : { $value }
page-timezone-none = Vide : le fuseau de l'entreprise.
page-timezone-stays = Vous pouvez en indiquer un autre, mais pas le laisser vide.
page-timezone = Fuseau horaire
page-disabled = désactivé
page-new-user = Ajouter un utilisateur
page-new-user-do = Ajouter
page-user-change = Fiche
page-save = Enregistrer
page-links = Comptes liés
page-links-empty = Aucun compte n'est lié. Liez-en un ci-dessous.
page-unlink = Délier
page-unlink-one = Délier { $name }
page-unlink-ask = Délier { $name } ? Ce compte ne pourra plus poser de questions ici.
page-new-link = Lier un compte
page-link-code = Code de liaison
page-link-code-lead = Créez un code que la personne envoie à Pstral en message privé. Les codes précédents ne valent plus.
page-link-code-do = Créer un code
page-link-code-for = Code de { $name }
page-link-code-drawn = Le même code sous forme de code QR
page-link-code-use = La personne envoie ce code à Pstral, en message privé, depuis le compte à lier.
page-link-confirm = Code que Pstral a donné à la personne
page-link-confirm-do = Confirmer le code
page-access = Accès
page-new-password = Nouveau mot de passe
page-new-password-note = Ses sessions prendront fin. Transmettez-lui le mot de passe par un moyen sûr.
page-new-password-do = Changer le mot de passe
page-disable = Désactiver
page-disable-lead = Une personne désactivée ne peut plus se connecter ni poser de questions. Vous pourrez la réactiver.
page-disable-ask = Désactiver { $name } ? Ses sessions prennent fin aussitôt.
page-enable = Réactiver
page-enable-lead = Cette personne est désactivée.
page-done-added = Utilisateur ajouté. Liez maintenant son compte.
page-done-changed = Modifications enregistrées.
page-done-linked = Compte lié.
page-done-unlinked = Compte délié.
page-done-password = Mot de passe changé.
page-done-stopped = Arrêté. La personne en est informée.
page-done-approved = Approuvée. La personne qui l'a demandée peut l'exécuter.

## File d'attente
page-queue = File d'attente
page-queue-lead = Ce que Pstral fait en ce moment, et qui attend.
page-work = En cours
page-work-empty = Rien n'est en cours.
page-in-private = en privé
page-in-channel = dans un salon
page-stop = Arrêter
page-stop-one = Arrêter le travail de { $name }
page-stop-ask = Arrêter le travail de { $name } ? La personne en est informée.
page-waiting = En attente du modèle
page-waiting-empty = Personne n'attend.
page-endpoints = Serveurs du modèle
page-rests = en pause après des échecs
page-available = disponible
page-running = Réponses en cours : { $running }

## Approbations
page-approvals = Approbations
page-approvals-lead = Requêtes coûteuses qui attendent une deuxième personne. Lisez-les avant d'approuver ; personne n'approuve les siennes.
page-approvals-empty = Aucune requête n'attend d'approbation
page-approvals-empty-next = Les requêtes coûteuses des autres apparaîtront ici.
page-asked-by = demandée par
page-approvals-own = Celle-ci est la vôtre : quelqu'un d'autre doit l'approuver.

## Bases de données
page-targets = Bases de données
page-reread = Relire le schéma
page-done-reread = Schéma relu. Toutes les requêtes vérifiées fonctionnent encore.
page-done-reread-faulty = Schéma relu. Certaines requêtes vérifiées ne fonctionnent plus : voyez « Requêtes vérifiées ».
page-targets-lead = Ce que l'on sait de chaque base, et qui peut y lire quoi.
page-targets-platforms = Interrogée seulement depuis :
page-catalog-read = Schéma lu le
page-view = vue
page-reads-all = lit tout
page-reads-some = lit, sauf
page-reads-nothing = ne lit rien
page-columns =
    { $columns ->
        [one] { $columns } colonne
       *[other] { $columns } colonnes
    }
page-column = Colonne
page-type = Type
page-comment = Commentaire
page-tables-empty = Aucune table ne correspond
page-tables-empty-next = Essayez d'autres mots.
page-policy = Qui peut lire quoi
page-policy-lead = Choisissez une personne ou un rôle : chaque décision est donnée avec la règle qui l'explique.
page-policy-role = ou rôle
page-policy-table = Table ou colonne
page-policy-do = Expliquer
page-policy-found = Décisions pour le rôle { $role }

## Configuration
page-api = L'API
page-api-lead = Chaque opération, ce qu'elle attend et ce qu'elle répond (en anglais). Des clients peuvent être générés à partir de
page-api-parameters = Dans l'adresse ou un en-tête
page-api-required = obligatoire
page-api-capability = Exige la capacité
page-api-body = JSON attendu
page-api-answer = Réponse
page-api-members = JSON de la réponse
page-api-open = Ouvrir
page-configuration = Configuration
page-configuration-lead = La configuration en vigueur, sans ses secrets. Modifiez-la dans son fichier, puis redémarrez Pstral.
page-configuration-general = Général

## Vérification du journal
page-verification = Vérification du journal
page-verification-lead = Recalcule l'empreinte de chaque entrée et vérifie chaque lien. Cela peut prendre quelques minutes.
page-verification-do = Vérifier tout le journal
page-verification-running = Entrées vérifiées : { $checked } sur { $total }
page-verification-started = Commencée le
page-verification-entry = Ouvrir l'événement { $seq } de { $instance }
page-heads = Dernière entrée de chaque chaîne
page-heads-note = Notez-les ailleurs : « pstral audit verify --head » prouvera plus tard que rien n'a été retiré.
page-export = Télécharger en { $format }

## Conversations
page-sign-in-company = Se connecter avec le compte de l'entreprise
page-conversations = Mes conversations
page-conversations-lead = Vos questions et leurs réponses. Personne d'autre ne les lit ici.
page-conversations-empty = Aucune conversation
page-conversations-empty-next = Posez une question à Pstral dans votre messagerie : elle apparaîtra ici.
page-delete = Supprimer
page-delete-ask = Supprimer cette conversation ? C'est définitif. Le journal d'audit garde ce qui a été exécuté.
page-done-deleted = Conversation supprimée.

## Termes
page-new-term = Définir un terme métier
page-new-term-lead = Si un mot a été mal compris, dites ce qu'il désigne ici : un SELECT, ou des mots dont un responsable des données fera une requête.
page-new-term-name = Terme
page-new-term-definition = Sa définition
page-new-term-do = Proposer
