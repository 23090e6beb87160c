# Ce que Pstral dit dans une conversation.

## Boutons
button-execute = Exécuter
button-edit = Modifier
button-explain = Expliquer
button-plan = Plan d'exécution
button-show = Me montrer
button-agree = Donner son accord
button-stop = Arrêter
button-rows-before = ◀
button-rows-after = ▶
button-chart = Graphique
button-retry = Réessayer
button-continue = Continuer

## Questions
question-empty = Votre message est vide. Écrivez votre question, par exemple : « Liste les clients de Paris ».
question-unreadable = Je lis les textes et les fichiers texte. Écrivez votre question dans un message, par exemple : « Liste les clients de Paris ».
matrix-no-emoji = Je ne peux pas comparer d'émojis ici : j'ai annulé cette vérification. Nos échanges sont chiffrés même sans elle. Pour me vérifier, demandez à votre administrateur de lancer « pstral matrix verify », puis recommencez la vérification.
matrix-press-unread = Je n'ai pas pu lire le message auquel vous avez réagi : sa clé n'est pas arrivée à temps, rien n'a donc été fait. Réessayez ; si rien ne se passe, posez de nouveau votre question.
question-too-long = Votre question est trop longue : { $limit } caractères au plus. Raccourcissez-la ou posez-la en plusieurs fois.
question-not-text = Votre message contient des caractères illisibles. Envoyez du texte simple (UTF-8).
still-answering = Je m'occupe encore de votre demande précédente. Attendez qu'elle se termine, ou arrêtez-la avec { $prefix }arrêter.
no-target = Aucune base de données n'est configurée pour cette question. Un administrateur peut en ajouter une dans la section [targets] de la configuration.
target-not-here = 🔒 La base « { $target } » ne répond pas ici. Posez votre question sur : { $platforms }.
conversation-not-here = 🔒 Cette conversation a eu lieu sur { $platform } et ne s'affiche pas ici : certaines bases n'y répondent pas. Ouvrez-la là-bas.
target-removed = La base « { $target } » n'est plus configurée. Posez votre question à nouveau.
target-unknown = Aucune base ne s'appelle « { $given } ». Bases disponibles : { $known }.
suggestions = Voici les questions vérifiées les plus proches ; je peux y répondre sans modèle. Répondez par un numéro :
suggestions-any = Voici des questions vérifiées ; je peux y répondre sans modèle. Répondez par un numéro :
suggestion-value = « { $question } » attend une valeur à la place de « … ». Répondez par le numéro et la valeur : { $number } VALEUR
suggestions-in-demo = Sans modèle, elle répond aux { $count } questions vérifiées ({ $prefix }vérifiées en donne la liste), par exemple à celles-ci. Répondez par un numéro :

## Réponses
answer-cut = ✂️ La réponse a atteint la longueur maximale du modèle et s'arrête là. Continuer reprend à cet endroit ; vous pouvez aussi poser une question plus précise.
answer-too-long = ✂️ La réponse devenait trop longue, je l'ai arrêtée. Continuer reprend à cet endroit ; vous pouvez aussi poser une question plus précise.
answer-too-slow = ✂️ La réponse prenait trop de temps, je l'ai arrêtée. Continuer reprend à cet endroit ; vous pouvez aussi poser une question plus précise.
answer-empty = Le modèle n'a rien répondu. Réessayez, ou posez la question autrement.
answer-only-thought = Le modèle a réfléchi et n'a finalement rien dit. Réessayez, ou posez la question plus simplement.
stopped-by-admin = ⏹ Arrêté par un administrateur, pour que les autres puissent continuer. Rien d'autre n'a été exécuté. Reposez la question plus tard, ou demandez-lui pourquoi.
answer-stopped = ⏹ Arrêté à votre demande. Rien n'a été exécuté.
answer-interrupted = ⏹ Pstral a été interrompu pendant cette réponse. Posez votre question à nouveau.
only-first-statement =
    { $others ->
        [1] La réponse contient une autre requête ; seule la première est proposée. Demandez l'autre dans un message à part.
       *[other] La réponse contient { $others } autres requêtes ; seule la première est proposée. Demandez les autres une par une.
    }
without-model = Aucun modèle n'est joignable : je réponds avec une requête vérifiée.
meanwhile = En attendant, voici une requête vérifiée qui répond à votre question.

## En attendant une réponse
model-queued =
    { $position ->
        [1] ⏳ C'est bientôt votre tour : le modèle termine une autre réponse.
       *[other] ⏳ Vous êtes en position { $position } dans la file ; d'autres ont demandé avant vous.
    }
model-thinking = ⏳ Question reçue, le modèle réfléchit…
queue-full =
    { $waiting ->
        [0] Le modèle est occupé et n'a pas de file d'attente. Reposez votre question { $when }.
        [1] La file d'attente est pleine (une question). Reposez la vôtre { $when }.
       *[other] La file d'attente est pleine ({ $waiting } questions). Reposez la vôtre { $when }.
    }
queue-full-person =
    { $waiting ->
        [0] Le modèle est en train de répondre. Reposez votre question dans une minute.
        [1] Une de vos questions attend déjà le modèle. Attendez sa réponse, ou retirez-la avec { $prefix }arrêter là où vous l'avez posée.
       *[other] { $waiting } de vos questions attendent déjà le modèle. Attendez une réponse, ou retirez-en une avec { $prefix }arrêter là où vous l'avez posée.
    }
answer-taken-back = ⏹ La question a été supprimée, sa réponse s'arrête donc là. Reposez-la quand vous voudrez.
answer-reworded = ✏️ La question a été modifiée : la réponse à sa nouvelle version suit.
answer-left = ⏹ On m'a retiré de l'endroit où vous aviez posé votre question, cette réponse s'arrête donc là. Reposez-la-moi en privé.

## La suite d'une réponse
continue-asked = Continuez exactement là où votre réponse s'est arrêtée, sans rien en répéter.
continue-gone = Cette réponse n'existe plus. Posez votre question à nouveau.
continue-used = La suite de cette réponse a déjà été demandée. Voyez plus bas, ou posez votre question à nouveau.
continue-not-yours = Seule la personne qui a posé cette question peut en demander la suite. Posez-la vous-même pour recevoir votre réponse.
continue-elsewhere = Cette réponse continue là où elle a été donnée, ou en privé. Demandez-y la suite.
continue-late = Autre chose a été demandé depuis cette réponse. Posez votre question à nouveau, plus précisément.
continue-broken = La dernière réponse s'est interrompue avant sa fin ; seule une réponse trop longue peut être continuée. { $prefix }réessayer repose sa question.
continue-nothing = La dernière réponse n'a pas été coupée : il n'y a rien à continuer. Posez une autre question.

## Propositions
reads =
    { $count ->
        [1] Lit la table { $tables } de la base { $target }.
       *[other] Lit les tables { $tables } de la base { $target }.
    }
quoted = « { $words } »
answers-question = Je réponds à : « { $question } »
value-assumed = valeur par défaut : votre question n’en précise pas
read-as = « { $said } » lu comme { $column } = « { $value } »
term-followed = Lit les mêmes colonnes et les mêmes valeurs que la définition de « { $name } » dans l'entreprise.
term-not-followed = ⚠️ Ne lit pas ce que lit la définition de « { $name } » dans l'entreprise : vérifiez avant d'exécuter.
origin-model = Requête écrite par le modèle, non vérifiée.
origin-person = Requête modifiée par vous.
origin-verified = ✅ Requête vérifiée par { $by } le { $on }.
statement-refused = 🛡️ Cette requête ne peut pas être exécutée.
statement-too-costly = La base estime qu'elle coûterait plus que ce qui est permis ici. Ajoutez un filtre ou une période plus courte.
statement-cost-unknown = La base ne peut pas dire ce qu'elle coûterait, et les coûts sont limités ici. Posez la question plus simplement.
statement-planned-too-long = { $seconds ->
    [one] La base n'a pas pu la planifier en { $seconds } seconde : elle demande trop à la fois. Demandez-en moins, ou en plusieurs étapes.
   *[other] La base n'a pas pu la planifier en { $seconds } secondes : elle demande trop à la fois. Demandez-en moins, ou en plusieurs étapes.
}
statement-not-planned = La base n'a pas réussi à la planifier. Reformulez la question, ou réessayez ; si cela continue, contactez votre administrateur.
statement-not-showable = Elle ne peut pas être montrée en entier dans un seul message, or vous devez voir tout ce qui s'exécute. Posez une question plus précise.
statement-in-file = 📄 La requête entière est dans le fichier { $name } : lisez-la avant de l'exécuter, car c'est exactement ce qui sera exécuté.
statement-file-refused = Je n'ai pas pu envoyer le fichier qui contient la requête entière, et vous devez voir tout ce qui s'exécute. Écrivez-moi en privé, ou demandez à la personne qui gère ce salon d'autoriser les fichiers.
parameter-missing = La requête attend une valeur pour « { $name } ». Remplacez :{ $name } par une valeur.
offered-before = La dernière réponse ne propose aucune requête. Voici la précédente :
offered-before-for = La dernière réponse ne propose aucune requête. Voici celle pour « { $question } » :
nothing-offered = La dernière réponse ne propose aucune requête à exécuter. Posez la question autrement, ou posez-en une autre.
no-proposal = Il n'y a pas encore de requête à exécuter ici. Posez d'abord une question.
proposal-unknown = Cette requête n'existe plus. Posez votre question à nouveau.
proposal-used = Cette requête a déjà servi : chacune s'exécute une seule fois. Posez la question à nouveau pour des données à jour.
proposal-expired = Cette requête a expiré. Posez votre question à nouveau pour en obtenir une nouvelle.
proposal-refused = La dernière requête a été refusée : il n'y a rien à exécuter. Modifiez-la, ou posez la question autrement.
proposal-not-yours = Seule la personne qui a posé la question peut exécuter cette requête. Posez la même question pour recevoir votre propre requête.
proposal-changed = La base ou les règles ont changé depuis que vous avez vu cette requête. Posez votre question à nouveau.
proposal-not-agreed = Un responsable des données doit donner son accord avant que cette requête puisse s'exécuter. Demandez-lui d'écrire : { $prefix }accorder { $name }
estimate =
    { $rows ->
        [0] Estimation : aucune ligne, coût { $cost }.
        [1] Estimation : environ une ligne, coût { $cost }.
       *[other] Estimation : environ { $rows } lignes, coût { $cost }.
    }
estimate-none = La base ne donne pas d'estimation pour cette requête.
agreement-needed = ⚖️ Elle est coûteuse : un responsable des données doit donner son accord avant que vous puissiez l'exécuter. Demandez-lui d'écrire : { $prefix }accorder { $name }
agreement-given = ⚖️ { $name } est d'accord : vous pouvez maintenant exécuter cette requête sur { $target }.
edit-how = Copiez cette ligne, changez-la et renvoyez-la :
edit-how-file = Cette requête est trop longue pour un message : elle est dans le fichier. Changez-la et renvoyez-la avec { $prefix }sql et le fichier, ou après { $prefix }modifier.
edit-form-title = Une requête sur { $target }
edit-form-label = SQL

## Corrections
not-from-data = ⚠️ Ceci ne vient pas de vos données : aucune requête n’a été exécutée.
numbers-not-from-data = ⚠️ Les chiffres de ce texte ne viennent pas de vos données : exécutez la requête pour obtenir les vrais chiffres.
correcting = ⏳ Cette requête contient une erreur : je demande au modèle de la corriger…
answering-afresh = ⏳ La correction n'a pas abouti : je demande au modèle une autre réponse…
claimed-without-data = ⏳ Le modèle donne des chiffres sans requête : je lui en demande une…
asked-enough = ⏳ Le modèle a déjà posé une question : je lui demande de répondre…
repaired = 🛡️ Corrigée par le modèle : sa première requête n'avait pas passé les contrôles.
repair-failed = Le modèle n'a pas su la corriger. Modifiez-la, ou reformulez votre question.

## Accords
agree-not-allowed = Seuls les responsables des données peuvent donner leur accord à une requête coûteuse. Adressez-vous à l'un d'eux.
agree-none = Aucune requête n'attend d'accord.
agree-how = Ces requêtes attendent un accord. Pour en lire une en entier, écrivez { $prefix }accorder et son nom :
agree-asked = { $name } voudrait exécuter ceci sur { $target } :
agree-confirm = Pour donner votre accord, écrivez : { $prefix }accorder { $name } oui
agree-done = C'est fait : { $name } peut maintenant exécuter la requête.
agree-too-late = Cette requête n'attend plus d'accord : elle a expiré, ou quelqu'un d'autre a donné le sien. Si elle reste utile, la personne qui l'a demandée peut reposer sa question.
agreement-withdrawn = La personne qui avait donné son accord n'y est plus autorisée. Posez votre question à nouveau et demandez l'accord d'un autre responsable des données.
agree-not-showable = Cette requête ne peut pas être affichée en entier ici, et il faut tout en voir pour donner son accord. Demandez-en une plus simple.
agree-unknown = Aucune requête en attente ne porte le nom « { $name } ». Voyez { $prefix }accorder.

## Résultats
result-in-private = 🔒 Le résultat n'est que pour vous : je vous l'envoie en privé.
running = ⏳ Exécution en cours…
no-such-value = { $column } ne contient pas « { $said } ». Vouliez-vous dire « { $value } » ?
no-rows = Aucune ligne ne correspond. Essayez une question plus large.
rows =
    { $rows ->
        [1] Une ligne.
       *[other] { $rows } lignes.
    }
rows-of-more =
    { $rows ->
        [1] Première ligne seulement : il y en a d'autres au-delà de la limite. Précisez la question pour les voir.
       *[other] { $rows } premières lignes : il y en a d'autres au-delà de la limite. Précisez la question pour les voir.
    }
rows-as-limited = { $rows } lignes, le maximum que demande la requête : il peut y en avoir d'autres.
rows-in-time =
    { $rows ->
        [1] Première ligne seulement : il y en a d'autres, mais le temps imparti est écoulé. Précisez la question pour les voir.
       *[other] { $rows } premières lignes : il y en a d'autres, mais le temps imparti est écoulé. Précisez la question pour les voir.
    }
no-row-fits = Il y a des lignes, mais la première dépasse déjà la taille permise. Demandez moins de colonnes.
cells-cut =
    { $cells ->
        [1] Une cellule dépassait la longueur permise : elle est coupée.
       *[other] { $cells } cellules dépassaient la longueur permise : elles sont coupées.
    }
took = Temps : { $seconds } s.
preview-rows =
    { $shown ->
        [0] Le tableau est trop grand pour être affiché ici.
        [1] La première ligne est affichée.
       *[other] Les { $shown } premières lignes sont affichées.
    }
preview-columns =
    { $hidden ->
        [1] Une colonne de plus n'est pas affichée.
       *[other] { $hidden } colonnes de plus ne sont pas affichées.
    }
rows-page =
    { $shown ->
        [1] Ligne { $to } sur { $rows }.
       *[other] Lignes { $from } à { $to } sur { $rows }.
    }
rows-gone = Je n'ai plus les autres lignes de ce résultat. Ses fichiers les contiennent toutes ; s'il n'y en a pas, posez votre question à nouveau et exécutez-la.
rows-not-yours = Seule la personne qui a posé la question peut feuilleter ce résultat. Posez-la vous-même pour obtenir le vôtre.
rows-not-shown = Cette page n'a pas pu être affichée. Appuyez de nouveau sur le bouton.
rows-not-here = 🔒 Certaines personnes ici ne peuvent pas voir ces lignes : je n'en affiche pas d'autres. Posez votre question à nouveau et exécutez-la ; le résultat vous parviendra en privé.
files-hold-all =
    { $rows ->
        [1] Les fichiers contiennent la ligne entière.
       *[other] Les fichiers contiennent les { $rows } lignes, avec toutes les colonnes.
    }
files-failed = Les fichiers n'ont pas pu être écrits : prévenez un administrateur, le journal de Pstral dit pourquoi.
files-beyond-sheet = Le résultat est trop grand pour une feuille de calcul XLSX : aucun fichier XLSX n'est joint.
files-compressed = Un fichier est compressé (.gz), car il était trop volumineux pour être envoyé tel quel.
files-too-large =
    { $count ->
        [1] Un fichier est trop volumineux pour être envoyé ici. Précisez la question, ou demandez-le à un administrateur.
       *[other] { $count } fichiers sont trop volumineux pour être envoyés ici. Précisez la question, ou demandez-les à un administrateur.
    }
fact-question = Question
fact-statement = Requête
fact-person = Personne
fact-target = Base
fact-time = Heure
fact-rows = Lignes
fact-verified = Vérification
fact-truncated = Incomplet
fact-cut = Coupé
fact-cut-in-sheet = Textes coupés à 32 767 caractères dans cette feuille
sheet-origin = Origine
file-first-rows = premieres-{ $rows }-lignes
file-chart = graphique
chart-gone = Je n'ai plus les données de ce graphique. Posez la question à nouveau, exécutez-la, puis demandez le graphique.
no-chart = Il n'y a pas de résultat récent à dessiner ici. Un graphique est possible avec une colonne de catégories ou de dates, une à trois colonnes de nombres et 2 à 200 lignes.
value-yes = oui
value-no = non
value-unsupported = (type { $type } : non affiché)

## Explications
explain-limits =
    { $seconds ->
        [1] Lecture seule ; { $rows } lignes et une seconde au plus.
       *[other] Lecture seule ; { $rows } lignes et { $seconds } secondes au plus.
    }
explain-told =
    { $count ->
        [0] Le modèle ne connaissait aucune table.
        [1] Le modèle connaissait la table { $names }.
       *[other] Le modèle connaissait { $count } tables : { $names }.
    }
explain-told-count =
    { $count ->
        [0] Le modèle ne connaissait aucune table.
        [1] Le modèle connaissait une table.
       *[other] Le modèle connaissait { $count } tables.
    }
explain-left-relations =
    { $count ->
        [1] Faute de place, il connaissait tout au plus le nom d'une table : { $names }.
       *[other] Faute de place, il connaissait tout au plus le nom de { $count } tables : { $names }.
    }
explain-left-relations-count =
    { $count ->
        [1] Faute de place, il connaissait tout au plus le nom d'une table.
       *[other] Faute de place, il connaissait tout au plus le nom de { $count } tables.
    }
explain-left-columns =
    { $count ->
        [1] Une colonne a été laissée de côté, faute de place.
       *[other] { $count } colonnes ont été laissées de côté, faute de place.
    }
explain-left-examples =
    { $count ->
        [1] Un exemple vérifié a été laissé de côté, faute de place.
       *[other] { $count } exemples vérifiés ont été laissés de côté, faute de place.
    }
explain-left-turns =
    { $count ->
        [1] Un message antérieur de la conversation a été laissé de côté, faute de place.
       *[other] { $count } messages antérieurs de la conversation ont été laissés de côté, faute de place.
    }
explain-plan = Plan d'exécution, pour les spécialistes :
explain-no-plan = La base ne donne pas d'estimation pour cette requête ; vous pouvez l'exécuter quand même, dans ces limites.

## Commandes
command-unknown = Je ne connais pas la commande « { $name } ». Tapez { $prefix }aide pour voir celles que je connais.
command-unknown-near = Je ne connais pas la commande « { $name } ». Vouliez-vous dire { $prefix }{ $near } ?
nothing-to-stop = Il n'y a rien à arrêter : rien n'est en cours ici.
stop-not-yours = Seule la personne qui a posé cette question peut en arrêter la réponse. Vous pouvez poser la vôtre pendant ce temps.
mode-unknown = Choisissez un mode : { $prefix }mode sql pour les données, { $prefix }mode chat pour discuter.
mode-sql = Mode données : je propose une requête à chaque question.
mode-chat = Mode discussion : je réponds sans consulter les données.
new-conversation = Nouvelle conversation. J'ai oublié ce qui précède ; je vous écoute.
role-member = membre
role-steward = responsable des données
role-admin = administrateur
role-named = { $name }
help =
    Posez votre question en français ou en anglais ; je propose une requête, vous décidez de l'exécuter.
    { $prefix }exécuter : exécuter la dernière requête proposée
    { $prefix }modifier : la modifier ; { $prefix }expliquer : la comprendre
    { $prefix }graphique : le graphique du dernier résultat, s'il s'y prête
    { $prefix }arrêter : arrêter ce qui est en cours
    { $prefix }mode sql ou { $prefix }mode chat : parler des données ou d'autre chose
    { $prefix }nouveau : nouvelle conversation ; { $prefix }historique : les précédentes
    { $prefix }ouvrir, { $prefix }renommer, { $prefix }exporter, { $prefix }supprimer et un numéro : reprendre, renommer, exporter ou supprimer une conversation
    { $prefix }réessayer : reposer une question restée sans réponse ; { $prefix }continuer : la suite d'une réponse coupée
    { $prefix }bien ou { $prefix }pasbien : ce que vous pensez de la dernière réponse ; { $prefix }garder : proposer la dernière requête à la vérification
    { $prefix }quisuisje : votre compte ; { $prefix }délier : retirer ce compte ; { $prefix }langue fr ou en ; { $prefix }fuseau Europe/Paris
    { $prefix }vérifiées : les questions vérifiées que vous pouvez poser ; les responsables des données les gèrent
    { $prefix }terme : les termes de l'entreprise et leurs définitions
    { $prefix }revoir : les questions restées sans bonne réponse, pour les responsables des données
    { $prefix }accorder : les requêtes coûteuses qui attendent, pour les responsables des données
    { $prefix }audit : le journal, { $prefix }utilisateur : les utilisateurs, { $prefix }règles : qui peut quoi, { $prefix }état : état du service ; pour les administrateurs

## Conversations
history = Vos dernières conversations :
history-current = { " " }(celle-ci)
history-next = Pour en reprendre une, écrivez { $prefix }ouvrir et son numéro.
history-more = Pour voir les plus anciennes : { $prefix }historique { $page }
history-how = Écrivez { $prefix }historique pour vos dernières conversations, { $prefix }historique 2 pour les plus anciennes.
history-empty = Vous n'avez pas encore de conversation. Posez votre première question !
history-end = Il n'y a pas de conversation plus ancienne.
conversation-number = Dites de quelle conversation il s'agit : écrivez son numéro, que donne { $prefix }historique.
conversation-unknown = Vous n'avez pas de conversation « { $number } ». Leurs numéros sont dans { $prefix }historique.
open-elsewhere = Cette conversation a lieu ailleurs, et d'autres personnes lisent ici. Écrivez-moi { $prefix }ouvrir en privé pour la reprendre.
opened = Nous reprenons la conversation { $number }, « { $title } ».
rename-how = Écrivez { $prefix }renommer et le nouveau titre, ou { $prefix }renommer, un numéro et le titre.
renamed = La conversation { $number } s'appelle maintenant « { $title } ».
delete-confirm = Supprimer la conversation { $number }, « { $title } », avec ses questions, ses réponses et ses requêtes ? Rien ne pourra la rétablir. Pour confirmer : { $prefix }supprimer { $number } oui
deleted = La conversation { $number }, « { $title } », est supprimée. Le journal d'audit garde la trace de ce qui a été exécuté.
conversation-gone = Cette conversation a été supprimée : la requête ne peut plus être exécutée. Posez votre question à nouveau.
exported = Voici la conversation { $number }, « { $title } ».
export-empty = Cette conversation est vide : il n'y a rien à exporter. Posez d'abord une question.
export-withheld = Les lignes ne sont pas reprises : elles viennent de données que vous ne pouvez plus lire, ou que je ne peux pas vérifier pour l'instant. Adressez-vous à un administrateur si vous en avez besoin.
export-too-large = Le fichier est trop volumineux pour être envoyé ici. Demandez-le sur une autre plateforme, ou à un administrateur.
retry-gone = Cette question n'existe plus. Posez-la à nouveau.
retry-used = Cette question a déjà été reposée. Voyez la réponse plus bas, ou posez-la encore une fois.
retry-not-yours = Seule la personne qui a posé cette question peut la reposer. Posez-la vous-même pour recevoir votre réponse.
retry-nothing = La dernière question n'attend pas de réponse : il n'y a rien à réessayer. Posez-en une autre.
execution-interrupted = ⏹ Pstral a été interrompu pendant l'exécution. Rien n'a été modifié, mais le résultat est perdu. Posez votre question à nouveau pour obtenir une nouvelle requête.
pdf-untitled = Conversation sans titre
pdf-about =
    { $targets ->
        [0] Conversation { $number } de { $name } ({ $username }), commencée le { $started }, exportée le { $exported }.
       *[other] Conversation { $number } de { $name } ({ $username }) sur { $names }, commencée le { $started }, exportée le { $exported }.
    }
pdf-person = { $name } · { $time }
pdf-pstral = Pstral · { $time }
pdf-page = Page { $page } sur { $pages }
pdf-statement = Requête sur { $target }
pdf-statement-refused = Requête refusée sur { $target }
pdf-by-person = modifiée par { $name }
pdf-stopped = Réponse arrêtée à la demande de la personne.
pdf-interrupted = Réponse interrompue.
pdf-failed = Pas de réponse : le modèle était injoignable ou s'est interrompu.
pdf-broken = Ceci n'a pas abouti.
pdf-streaming = Réponse en cours d'écriture.

## Audit
audit-not-allowed = Le journal d'audit est réservé aux administrateurs. Adressez-vous à l'un d'eux.
audit-withheld = (non affiché sur cette plateforme)
audit-empty = Aucun événement ne correspond. Retirez un mot, ou écrivez seulement { $prefix }audit.
audit-word-unknown = « { $word } » n'est ni un nombre, ni une action, ni un état, ni un moment (7j, 2h, 2026-11-20), ni une base, ni une plateforme, ni un utilisateur. Actions : { $actions }.
button-audit-older = Plus anciens
button-audit-newer = Plus récents
audit-page-gone = Je ne me souviens plus de cette recherche. Relancez-la avec { $prefix }audit.
audit-looked-back = J'ai cherché jusqu'au { $until }. « Plus anciens » cherche plus loin.
audit-page-last = Il n'y a pas d'autre page.
audit-file-newest =
    { $entries ->
        [0] Le fichier ne contient aucun événement ; précisez la recherche.
        [1] Le fichier ne contient que l'événement le plus récent ; précisez la recherche pour en voir d'autres.
       *[other] Le fichier ne contient que les { $entries } événements les plus récents ; précisez la recherche pour en voir d'autres.
    }
audit-seq = n°
audit-time = heure (UTC)
audit-user = utilisateur
audit-action = action
audit-status = état
audit-detail = détail
place-closed = 🔒 Je ne peux pas écrire là où vous m'avez sollicité : je vous réponds donc ici. La personne qui gère ce salon peut m'autoriser à y envoyer des messages.
answer-elsewhere = 🔒 Je n'ai pas pu vous répondre là où vous m'avez sollicité : je vous réponds donc ici.
sent-in-private = Je vous ai répondu en privé.
private-closed = 🔒 Ceci ne s'adresse qu'à vous, et vos messages privés me sont fermés. Cliquez sur « Me montrer » pour le lire ici, sans que personne d'autre ne le voie.
result-coming = 🔒 Ce résultat ne s'adresse qu'à vous : { $question }
private-failed = Je n'ai pas pu vous écrire en privé. Ouvrez vos messages privés et recommencez.

## Règles et état
policy-how =
    Dites qui poserait la question, et sur quelle base : { $prefix }règles { $user } { $target }
    Une table ou une de ses colonnes peut suivre, par exemple clients ou clients.email. Bases : { $known }
policy-target-unknown = Il n'y a pas de base « { $given } ». Je connais { $known }. Par exemple : { $prefix }règles { $user } { $target }
policy-table-unknown = La base { $target } n'a ni table ni colonne « { $given } ». Écrivez-la comme dans la base, par exemple : { $prefix }règles { $user } { $target } clients.email
policy-here-for = Pour { $name } ({ $role }), ici, sur { $what } :
policy-in-private = Pour { $name } ({ $role }), en privé, sur { $what } :
status-questions = { $waiting } en attente, { $running } en cours de réponse
status-resting = écarté depuis { $since } s après des échecs ; nouvel essai dans { $again } s
status-answers =
    { $left ->
        [0] aucune réponse inachevée
        [1] une réponse reste à terminer
       *[other] { $left } réponses restent à terminer
    }
status-remedy-answers = Je réessaie chaque minute. Si cela continue, vérifiez les plateformes et la base d'état dans cette liste.

## Avis
button-good = 👍
button-bad = 👎
rate-good = C'est noté, merci !
rate-bad = C'est noté. Posez la question autrement, ou modifiez la requête avec { $prefix }modifier.
rate-bad-words = C'est noté. Posez la question autrement et je réessaierai.
rate-nothing = Il n'y a pas encore de réponse de ma part à évaluer ici. Posez d'abord une question.
rate-not-yours = Seule la personne qui a posé la question peut évaluer cette réponse. Posez vous-même la question : vous pourrez évaluer la réponse que vous recevrez.

## Requêtes vérifiées
button-keep = Proposer à la vérification
keep-done = Merci ! Elle attend un responsable sous le nom « { $id } » ; il la trouvera avec { $prefix }vérifiées.
keep-not-yours = Seule la personne qui a posé la question peut proposer cette requête. Posez-la vous-même pour obtenir la vôtre.
keep-not-run = Je ne peux garder qu'une requête qui a donné son résultat. Exécutez-la, puis réessayez.
keep-no-question = Je ne sais pas à quelle question répond cette requête. Écrivez : { $prefix }garder VOTRE QUESTION
keep-too-long = Une question vérifiée compte { $limit } caractères au plus. Résumez-la : { $prefix }garder VOTRE QUESTION
keep-unclear = Je ne sais pas ce que peut contenir « { $name } ». Mettez sa valeur dans la requête à la place de :{ $name }, exécutez-la et réessayez.
keep-again = Quelqu'un a gardé une autre requête au même moment. Réessayez.
keep-waits-already = Celle-ci attend déjà un responsable, sous le nom « { $id } ». Demandez à un responsable des données de la relire.
keep-is-verified = C'est déjà une requête vérifiée : « { $id } ». Il n'y a rien à garder.
keep-other-statement = Une autre requête est déjà gardée pour cette question, sous le nom « { $id } ». Demandez à un responsable des données de la modifier.
keep-was-retired = Un responsable a retiré cette requête, qui porte le nom « { $id } ». Il peut la rétablir.
kept-no-column = La colonne { $column }, d'où viennent les valeurs de « { $name } », n'existe plus ou ne peut plus être lue. Indiquez une autre colonne.
steward-not-allowed = Seuls les responsables s'occupent des requêtes vérifiées. Adressez-vous à l'un d'eux.
steward-waiting =
    { $count ->
        [0] Aucune requête n'attend d'approbation.
        [1] Une requête attend une approbation :
       *[other] { $count } requêtes attendent une approbation :
    }
steward-fallen =
    { $count ->
        [1] Une requête n'est plus valable et n'est plus proposée :
       *[other] { $count } requêtes ne sont plus valables et ne sont plus proposées :
    }
steward-hidden =
    { $count ->
        [1] Une requête est masquée par une entrée du fichier qui porte le même nom ; retirez-la :
       *[other] { $count } requêtes sont masquées par des entrées du fichier qui portent les mêmes noms ; retirez-les :
    }
steward-counts =
    { $used ->
        [0] En service : aucune ; retirées : { $retired }.
       *[other] En service : { $used } ; retirées : { $retired }.
    }
verified-questions =
    { $count ->
        [0] Aucune question vérifiée ne vous est encore ouverte.
        [1] Une requête vérifiée répond à une question :
       *[other] Des requêtes vérifiées répondent à { $count } questions :
    }
verified-more = … et { $count } autres.
steward-how = Pour en lire une en entier, écrivez { $prefix }vérifiées et son nom.
terms =
    { $count ->
        [0] { $target } n'a pas encore de terme métier.
        [1] Les réponses sur { $target } suivent la définition d'un terme :
       *[other] Les réponses sur { $target } suivent les définitions de { $count } termes :
    }
term-how = Pour voir une définition : { $prefix }terme NOM. Pour en proposer une : { $prefix }terme NOM = un SELECT, ou une phrase
term-unknown = Aucun terme ne porte ce nom. Voyez { $prefix }terme, ou proposez-le : { $prefix }terme NOM = un SELECT, ou une phrase
term-proposed = Merci ! Le terme est en attente d'approbation sous le nom « { $id } » ; les responsables le voient avec { $prefix }vérifiées.
term-exists = Ce terme existe déjà, sous le nom « { $id } ». Un responsable peut le modifier.
term-too-long = Une définition en mots compte { $limit } caractères au plus. Raccourcissez-la, ou écrivez un SELECT.
term-incomplete = Un terme demande un nom de { $longest } caractères au plus et une définition, un SELECT ou une phrase. Exemple : client fidèle = un client depuis plus de cinq ans
notice-broken =
    { $count ->
        [1] ⚠️ Un changement de la base a rendu une requête vérifiée inutilisable ; elle n'est plus proposée : { $names }. Voyez { $prefix }vérifiées.
       *[other] ⚠️ Un changement de la base a rendu { $count } requêtes vérifiées inutilisables ; elles ne sont plus proposées : { $names }. Voyez { $prefix }vérifiées.
    }
notice-questions =
    { $count ->
        [1] Une question attend une meilleure réponse : { $prefix }revoir
       *[other] { $count } questions attendent une meilleure réponse : { $prefix }revoir
    }
notice-proposals =
    { $count ->
        [1] Une proposition attend votre approbation : { $prefix }vérifiées
       *[other] { $count } propositions attendent votre approbation : { $prefix }vérifiées
    }
reviews =
    { $count ->
        [0] Aucune question ne vous attend.
        [1] Une question attend une meilleure réponse :
       *[other] { $count } questions attendent une meilleure réponse :
    }
review-unanswered = sans réponse
review-edited = requête modifiée avant son exécution
review-bad = notée 👎
review-times =
    { $count ->
        [1] une fois
       *[other] { $count } fois
    }
review-how = Pour en voir une : { $prefix }revoir NUMÉRO. Une fois traitée : { $prefix }revoir clore NUMÉRO
review-next =
    Pour y répondre désormais : posez-la, modifiez la requête jusqu'à ce qu'elle soit juste, exécutez-la, puis choisissez « Proposer à la vérification ».
    Si un mot a été mal compris, définissez-le : { $prefix }terme NOM = un SELECT
    Une fois traitée : { $prefix }revoir clore { $number }
review-unknown = Aucune question ouverte ne porte ce numéro. Voyez { $prefix }revoir.
review-closed = Elle est retirée de la liste. Voyez les autres avec { $prefix }revoir.
steward-which = Dites laquelle : { $prefix }vérifiées liste celles qui attendent.
steward-several = Plusieurs bases ont une requête de ce nom. Dites laquelle : { $names }
steward-unknown = Aucune requête vérifiée ne s'appelle « { $name } ». Voyez { $prefix }vérifiées.
steward-closed = « { $id } » lit des données que votre rôle ne permet pas de lire : je ne peux pas vous la montrer. Adressez-vous à un autre responsable.
steward-not-showable = Cette requête ne peut pas être montrée en entier ici. Lisez-la avec : pstral verified show { $target } { $id }
steward-changed = « { $id } » a changé depuis que vous l'avez lue. Relisez-la avant de décider.
steward-in-file = « { $id } » est dans le fichier des requêtes vérifiées : c'est là qu'il faut la changer.
steward-approved-already = « { $id } » est déjà approuvée : il n'y a rien à faire.
steward-is-retired = « { $id } » est retirée. Rétablissez-la d'abord.
steward-nothing-to-do = C'est déjà le cas de « { $id } » : il n'y a rien à faire.
steward-faults =
    Elle ne peut pas encore être approuvée :
    - { $what }
steward-double = « { $id } » répond déjà à cette question, ou a déjà cette requête. De deux requêtes semblables, aucune ne serait proposée : retirez ou modifiez l'une des deux.
steward-edit-how =
    Écrivez ce qui change, la requête en dernier :
    { $prefix }vérifiées modifier { $id }#VERSION fr=… | en=… | :city=texte clients.city | requête=…
steward-approved = ✅ « { $id } » est vérifiée : elle répond désormais à cette question.
steward-approved-term = ✅ « { $id } » est vérifié : les réponses qui emploient ce terme le suivent désormais.
steward-approved-hidden = ✅ « { $id } » est approuvée, mais le fichier en a une autre du même nom, qui sert à sa place.
steward-edited = « { $id } » est modifiée, et vérifiée sous votre nom.
steward-edited-waiting = « { $id } » est modifiée. Pour l'approuver : { $prefix }vérifiées approuver { $id }#{ $version }
steward-retired = « { $id } » est retirée : elle n'est plus proposée.
steward-restored = « { $id } » attend de nouveau une approbation : { $prefix }vérifiées approuver { $id }#{ $version }
steward-of-file = « { $id } », vérifiée dans le fichier de { $target }
steward-of-chat-proposed = « { $id } » sur { $target }, en attente d'approbation
steward-of-chat-approved = « { $id } » sur { $target }, vérifiée
steward-of-chat-retired = « { $id } » sur { $target }, retirée
steward-of-chat-hidden = « { $id } » sur { $target }, masquée par une entrée du fichier
steward-no-words = (pas encore écrite)
steward-step-proposed = Proposée par { $name } le { $on }.
steward-step-edited = Modifiée par { $name } le { $on }.
steward-step-approved = Approuvée par { $name } le { $on }.
steward-step-retired = Retirée par { $name } le { $on }.
steward-since = N'est plus proposée depuis le { $on }.
steward-holds = Elle est valable dans la base telle qu'elle est.
steward-holds-not = ⚠️ Elle n'est pas valable dans la base telle qu'elle est. { $why }
steward-tally = 👍 { $good } · 👎 { $bad }
steward-next-proposed =
    Pour l'approuver : { $prefix }vérifiées approuver { $id }
    Pour la modifier : { $prefix }vérifiées modifier { $id } fr=… | en=… | requête=…
steward-next-approved =
    Pour la modifier : { $prefix }vérifiées modifier { $id } fr=… | en=… | requête=…
    Pour la retirer : { $prefix }vérifiées retirer { $id }
steward-next-retired = Pour la rétablir : { $prefix }vérifiées rétablir { $id }

## Pannes
audit-unavailable = Le journal d'audit ne peut pas être écrit : par sécurité, rien n'a été exécuté. Prévenez un administrateur (espace disque, base d'état).
result-not-recorded = La requête a été exécutée, mais son résultat n'a pas pu être inscrit au journal d'audit : par sécurité, il n'est pas montré. Prévenez un administrateur (espace disque, base d'état).
answer-not-recorded = ⚠️ Cette réponse n'a pas pu être notée : le journal d'audit ne peut pas être écrit. Prévenez un administrateur (espace disque, base d'état), puis réessayez.
not-noted = Ce qui précède est définitif, mais pas encore enregistré. Je continue d'essayer ; si cela continue, prévenez un administrateur (espace disque, base d'état).
stopped-not-again = La requête a été arrêtée à votre demande. Je ne peux pas vous la proposer telle quelle une nouvelle fois : reposez la question.
state-full = Le disque de la base d'état est plein : je ne peux rien noter, je me suis donc arrêté là. Prévenez un administrateur, puis réessayez.
state-audit-changed = Le journal d'audit n'est plus tel que je l'ai signé : rien n'est demandé ni exécuté pour l'instant. Prévenez votre administrateur.
state-busy = La base d'état est prise par un autre programme, je me suis donc arrêté là. Réessayez dans une minute ; si cela dure, prévenez un administrateur.
state-away = La base d'état est injoignable, je me suis donc arrêté là. Réessayez dans une minute ; si cela dure, prévenez un administrateur.
incident = Quelque chose s'est mal passé de mon côté. Réessayez ; si cela continue, donnez le numéro { $id } à un administrateur.

## Roles, places and quotas
asked-by = ↳ { $name }
role-not-configured = Bonjour ! Votre rôle, « { $role } », n'est pas défini ici : je ne peux pas encore vous répondre. Adressez-vous à un administrateur de Pstral.
place-not-welcome = Bonjour ! Je ne peux pas vous répondre ici. Écrivez-moi en privé : je vous y aiderai volontiers.
ask-not-allowed = Votre rôle ne permet pas de poser des questions. Adressez-vous à un administrateur de Pstral.
execute-not-allowed = Votre rôle ne permet pas d'exécuter des requêtes. Adressez-vous à un administrateur de Pstral, ou à un collègue qui y est autorisé.
answer-in-private = 🔒 Ces données ne sont pas ouvertes à tout le monde ici : je vous réponds en privé.
statement-in-private = 🔒 Cette requête lit des données qui ne sont pas ouvertes à tout le monde ici : je vous l'envoie en privé.
agree-own = Il faut l'accord d'une autre personne : nul ne peut approuver sa propre requête. Demandez à un collègue qui y est autorisé.
in-minutes =
    { $minutes ->
        [1] dans une minute
       *[other] dans { $minutes } minutes
    }
in-hours =
    { $hours ->
        [1] dans une heure
       *[other] dans { $hours } heures
    }
quota-user-questions = Vous avez posé beaucoup de questions. Revenez { $when } et je reprendrai volontiers.
quota-user-executions = Vous avez exécuté beaucoup de requêtes. Revenez { $when } pour exécuter celle-ci.
quota-place-questions = Beaucoup de questions ont été posées ici. Revenez { $when }, ou écrivez-moi en privé.
quota-place-executions = Beaucoup de requêtes ont été exécutées ici. Revenez { $when }, ou reposez la question en privé.

## Longues réponses
answer-rest-in-file = Ce qui ne tenait pas dans ces messages est dans le fichier.
files-refused = Cet endroit n'accepte pas de fichiers : ils ne sont pas joints. Posez-moi la question en privé pour les recevoir.
answer-rest-lost = Ce qui ne tenait pas dans ces messages est perdu : aucun fichier n'a pu être remis. Posez une question plus précise.

## Attached files
attached-reply = En réponse à { $name } :
attached-left-out = (Le fichier joint { $name } n'a pas été lu : il est trop gros, il est de trop, ou ce n'est pas un fichier .sql, .txt ou .csv de texte.)

## Discord
discord-private-closed = 🔒 Vos messages privés me sont fermés : voici la réponse, visible de vous seul. Elle sera introuvable plus tard : copiez ce qu'il vous faut.
discord-file-unreadable = Le fichier ne peut pas être lu. Joignez du texte (UTF-8) de 64 Kio au plus.
discord-server-not-allowed = Pstral ne répond pas sur ce serveur. La personne qui l'exploite peut l'ajouter à sa configuration.
discord-not-here = Je ne réponds pas dans ce salon. Posez votre question dans un autre, ou en privé.
discord-in-private = 🔒 Je vous réponds dans vos messages privés.
discord-asked = **{ $name }** : { $question }
discord-message-empty = Il n'y a rien à lire dans ce message. Choisissez-en un qui contient du texte.
discord-answered-in = Je réponds dans { $place }.

## Commandes, telles que les listes les décrivent
discord-about = Demander à Pstral
command-ask = Poser une question sur les données, ou sur autre chose
command-ask-question = Votre question, avec vos mots
command-ask-target = Le nom de la base, s'il y en a plusieurs
command-ask-mode = sql : sur les données ; chat : sur autre chose
command-ask-private = Oui : question et réponse dans vos messages privés
command-ask-file = Un fichier .sql, .txt ou .csv qui va avec la question
command-sql = Proposer votre propre requête, vérifiée comme les autres
discord-sql-title = Votre requête
command-sql-statement = Le SELECT
command-sql-file = Un fichier .sql ou .txt qui le contient
command-mode = Ce dont parle cette conversation
command-new = Commencer ici une nouvelle conversation
command-history = Vos conversations précédentes
command-history-page = Quelle page
command-export = Une conversation sous forme de fichier
command-export-number = Son numéro, comme dans l'historique ; sans lui, la conversation en cours
command-export-form = Le format
command-stop = Arrêter ce qui est en cours ici
command-whoami = Votre compte et vos liaisons
command-link = Relier ce compte à votre compte Pstral
command-link-code = Le code reçu ; sans lui, j'en crée un pour un administrateur
command-unlink = Délier ce compte
command-unlink-confirm = Oui, délier ce compte
command-help = Ce que vous pouvez me demander
command-audit = Pour les administrateurs : le journal d'audit
command-audit-filter = Une action, un état, un nom d'utilisateur, un nombre ou un moment comme 7d
command-user = Pour les administrateurs : les utilisateurs et leurs comptes
command-policy = Pour les administrateurs : qui peut quoi ici, et par quelle règle
command-policy-user = Qui poserait la question : un nom d'utilisateur
command-policy-target = Le nom de la base
command-policy-table = Une table ou une de ses colonnes, par exemple clients.email
command-status = Pour les administrateurs : état de Pstral et de ses composants
command-term = Les termes de l'entreprise et leurs définitions ; NOM = DÉFINITION en propose un
command-term-term = Le nom d'un terme, ou NOM = DÉFINITION pour en proposer un
command-review = Pour les responsables : les questions restées sans bonne réponse
command-review-number = Son numéro dans la liste
command-review-list = Les questions ouvertes, les plus fréquentes d'abord
command-review-show = L'une d'elles, avec sa requête
command-review-close = En retirer une de la liste
command-verified = Les questions vérifiées que vous pouvez poser ; les responsables les gèrent
command-number = Son numéro, comme dans l'historique
command-execute = Exécuter la dernière requête proposée
command-edit = Modifier la dernière requête, ou en écrire une autre
command-explain = Ce que fait la dernière requête, en mots
command-chart = Le graphique du dernier résultat
command-retry = Reposer une question restée sans réponse
command-continue = La suite d'une réponse coupée
command-good = La dernière réponse était bonne
command-bad = La dernière réponse n'était pas bonne
command-keep = Proposer la dernière requête à la vérification
command-keep-question = La question à laquelle elle répond, si c'est une autre
command-open = Reprendre une conversation
command-rename = Renommer une conversation
command-rename-title = Le nouveau titre
command-delete = Supprimer une conversation
command-delete-confirm = Oui, la supprimer définitivement
command-language = La langue dans laquelle je vous réponds
command-timezone = Le fuseau des heures affichées
command-timezone-zone = Un nom tel que Europe/Paris ; laissez vide pour voir le vôtre
command-agree = Pour les responsables des données : les requêtes coûteuses en attente
command-agree-name = Le nom de la requête ; sans lui, celles qui attendent
command-agree-confirm = Oui, elle peut être exécutée
command-user-name = L'utilisateur, par son identifiant
command-user-member = L'utilisateur, par un membre de ce serveur qui lui est relié
command-user-role = Son rôle
command-user-language = fr ou en
command-user-email = Son adresse électronique
command-user-full-name = Son nom complet
command-user-list = Les utilisateurs
command-user-word = Une partie de leur nom
command-user-add = Ajouter un utilisateur
command-user-new = Un identifiant
command-user-edit = Modifier un utilisateur
command-user-disable = Désactiver un utilisateur
command-user-enable = Réactiver un utilisateur
command-user-code = Créer un code qui relie un compte à un utilisateur
command-user-confirm = Relier le compte d'une personne qui a demandé un code
command-user-confirm-code = Le code qu'elle a reçu
command-user-links = Les comptes d'un utilisateur
command-user-unlink = Délier un compte d'un utilisateur
command-user-account = La plateforme et l'identifiant du compte, s'il y en a plusieurs
command-verified-query = Son nom, avec sa version si vous l'avez lue
command-verified-list = Celles qui attendent, et celles qui ne sont plus valables
command-verified-show = L'une d'elles, en entier
command-verified-approve = Approuver une requête que vous avez lue
command-verified-edit = Modifier une requête que vous avez lue
command-verified-changes = Ce qui change, la requête en dernier
command-verified-retire = Retirer une requête de l'usage
command-verified-restore = Rétablir une requête retirée

## Le point d'accès d'administration
api-sign-in = Connectez-vous d'abord, avec votre mot de passe ou un jeton.
api-wrong-password = Nom d'utilisateur ou mot de passe incorrect, ou compte désactivé. Réessayez, ou demandez à un administrateur.
api-too-many =
    { $minutes ->
        [1] Trop de tentatives infructueuses. Réessayez dans une minute.
       *[other] Trop de tentatives infructueuses. Réessayez dans { $minutes } minutes.
    }
api-forbidden = Cette opération exige la capacité { $capability }, que votre rôle ou votre jeton n'a pas. Demandez à un administrateur.
api-other-site = Cette demande vient d'un autre site et a été refusée. Ouvrez la page de Pstral elle-même.
api-no-route = Il n'y a rien à cette adresse. docs/api.md donne la liste des routes.
api-no-method = Cette route n'accepte pas cette méthode. docs/api.md donne la liste des routes.
api-no-sign-in = Vous n'avez ni session ni jeton de ce nom. Voyez ceux que vous avez encore : il a peut-être déjà pris fin.
api-only-session = Un jeton ne peut pas faire cela. Connectez-vous avec votre mot de passe.
api-by-proxy = Cette adresse n'est servie que par le mandataire de l'entreprise. Ouvrez Pstral par lui.
api-no-review-statement = Cette question n'a pas de requête que vous pouvez lire. Posez-la, corrigez la requête, exécutez-la, puis proposez-la.
api-no-review = Aucune question ouverte ne porte ce numéro. Voyez celles qui restent : elle a peut-être déjà été fermée.
api-no-event = Aucun événement de cette instance ne porte ce numéro. Il a peut-être été supprimé avec les plus anciens.
api-invalid = { $field } n'est pas valable ici. Valeurs admises : { $allowed }.
api-missing = « { $member } » manque. Ajoutez-le, puis renvoyez la demande.
api-unknown = « { $member } » n'est pas connu ici. Valeurs admises : { $allowed }.
api-twice = « { $member } » est donné deux fois. Donnez-le une seule fois.
api-kind = « { $member } » doit être { $kind }. Corrigez, puis renvoyez la demande.
api-kind-text = une chaîne de caractères
api-kind-number = un nombre entier
api-kind-count = un nombre entier positif ou nul
api-kind-boolean = vrai ou faux (true, false)
api-kind-list = une liste
api-kind-object = un objet
api-value = La valeur de « { $member } » n'est pas valable. Corrigez, puis renvoyez la demande : docs/api.md dit ce qu'elle peut être.
api-within = Dans { $part } : { $problem }
api-object = Le corps doit être un objet JSON. Corrigez-le, puis renvoyez-le.
api-no-json = Le corps n'est pas du JSON valable, à la ligne { $line }, colonne { $column }. Corrigez-le, puis renvoyez-le.
api-no-json-type = Cette route attend du JSON. Envoyez-le avec l'en-tête « Content-Type: application/json ».
api-too-large = La demande est trop grande : 64 Ko au plus. Envoyez-en moins.
api-unreadable = La demande n'a pas pu être lue. Comparez-la avec docs/api.md, puis renvoyez-la.
api-user-unknown = Il n'y a pas d'utilisateur { $name }. Cherchez son nom dans la liste des utilisateurs.
api-user-exists = Il y a déjà un utilisateur { $name }. Choisissez un autre nom d'utilisateur.
api-user-disabled = { $name } est désactivé : personne ne peut lui être relié. Activez d'abord son compte.
api-not-linked = { $name } n'a pas ce compte. Voyez ceux qui lui sont reliés.
api-no-conversation = Vous n'avez aucune conversation de ce numéro. Voyez la liste des vôtres : elle a peut-être été supprimée.
api-audit-changed = Le journal d'audit n'est plus tel que Pstral l'a signé : rien de ce qui doit y figurer n'est fait. Demandez à un administrateur de lancer « pstral audit verify », puis de restaurer une sauvegarde ou de continuer avec « pstral audit accept --yes » (docs/security.md).
api-if-match = Indiquez la version que vous avez lue : relisez-le, puis décidez.
api-changed = Ceci a été modifié depuis votre lecture. Relisez-le, puis décidez.
api-no-approval = Aucune requête que vous pouvez lire n'attend sous ce nom. Voyez celles qui attendent encore.
api-no-target = Aucune base ne s'appelle { $name }. Choisissez l'une de celles qui sont configurées.
api-query-unknown = { $target } n'a pas de requête vérifiée « { $id } ». Voyez la liste : elle a peut-être été supprimée.
api-no-verification = Aucune vérification n'a été lancée depuis le démarrage de Pstral. Lancez-en une.
api-no-work = Plus rien n'est en cours sous ce numéro. Voyez ce qui l'est encore.
api-still-running = Une autre de vos requêtes est en cours. Attendez qu'elle se termine, puis réessayez.
api-not-agreed = Un responsable des données doit approuver cette requête avant qu'elle puisse s'exécuter. Demandez-le à l'un d'eux, puis réessayez.
api-question-too-long = Une question vérifiée compte { $limit } caractères au plus. Posez une question plus courte, puis gardez celle-là.
api-token-exists = Vous avez déjà un jeton nommé { $name }. Choisissez un autre nom, ou mettez d'abord fin à celui-ci.
api-token-name = Le nom d'un jeton compte de 1 à 80 caractères, sur une ligne, sans caractère invisible. Exemple : export nocturne
api-too-slow = La demande n'est pas arrivée en 10 secondes. Renvoyez-la.
api-wrong-current = Le mot de passe actuel est faux. Réessayez.
api-user-or-role = Indiquez soit un utilisateur, soit un rôle.
api-broken = Une erreur interne s'est produite et a été journalisée. Réessayez ; si cela continue, prévenez un administrateur.
api-oidc-off = La connexion avec les comptes de l'entreprise n'est pas configurée ici. Connectez-vous avec votre mot de passe, ou demandez à un administrateur.
api-oidc-away = Le service de connexion de l'entreprise est injoignable. Réessayez dans une minute, ou connectez-vous avec votre mot de passe ; si cela continue, prévenez un administrateur.
api-oidc-again = Cette connexion n'a pas commencé dans ce navigateur, a expiré ou a déjà servi. Recommencez.
api-oidc-denied = Le service de connexion de l'entreprise ne vous a pas connecté ({ $code }). Recommencez ; si cela continue, prévenez un administrateur.
api-oidc-untrusted = La réponse du service de connexion de l'entreprise n'a pas pu être vérifiée. Recommencez ; si cela continue, prévenez un administrateur.
api-oidc-nobody = Votre compte d'entreprise n'a pas accès à Pstral. Demandez à un administrateur de vous ajouter ou de vous activer.
api-oidc-done = Vous êtes connecté. Continuer vers Pstral.
