# Utilisateurs et comptes : dans une conversation et sur la ligne de commande.

## Liaison d'un compte
linking-help =
    Bonjour ! Je ne sais pas encore qui vous êtes ici.
    Si un administrateur de Pstral vous a donné un code, envoyez-moi en privé : { $prefix }lier VOTRE-CODE
    Sinon, écrivez-moi { $prefix }lier en privé : je vous donnerai un code à lui transmettre.
linking-help-short = Je ne sais pas encore qui vous êtes. Écrivez-moi { $prefix }lier en privé.
linking-help-plain = Bonjour ! Je ne sais pas encore qui vous êtes. Cette conversation n'est pas chiffrée : n'y envoyez pas de code. Écrivez { $prefix }lier, et je vous répondrai dans une conversation chiffrée.
link-done = C'est fait, { $name } : ce compte est maintenant relié au vôtre. Posez-moi votre première question !
link-wrong = Ce code n'est pas valable : il a pu expirer ou déjà servir. Demandez-en un nouveau à un administrateur.
link-locked =
    { $minutes ->
        [1] Trop de codes erronés. Réessayez dans une minute, avec un nouveau code.
       *[other] Trop de codes erronés. Réessayez dans { $minutes } minutes, avec un nouveau code.
    }
link-already = Ce compte est déjà relié au vôtre, { $name }. Vous pouvez poser vos questions. Pour le relier à un autre utilisateur : { $prefix }lier et son code.
link-request = Donnez ce code à un administrateur de Pstral dans les 10 minutes, de vive voix ou en privé : { $code }
    Il le confirme en m'écrivant : { $prefix }utilisateur confirmer { $code } et votre nom d'utilisateur.
link-request-later = Vous avez déjà demandé plusieurs codes. Transmettez le dernier à un administrateur, ou réessayez dans un quart d'heure.
link-own-request = Ce code est à donner à un administrateur de Pstral : c'est lui qui le confirme. Vous n'avez rien d'autre à faire.
link-burnt = 🔥 Un code a été écrit là où d'autres le lisent : il ne vaut plus rien. Demandez-en un nouveau à un administrateur et envoyez-le-moi en privé.
link-in-public = Ce code n'est pas valable. Envoyez-moi les codes en privé, jamais là où d'autres les lisent.

## Soi-même
whoami = Vous êtes { $name } ({ $username }, { $role }). Je vous réponds en { $language }, avec les heures du fuseau { $zone }. Vos comptes :
language-fr = français
language-en = anglais
language-set = C'est noté : je vous répondrai désormais en français.
timezone = Les heures sont celles du fuseau { $zone }. Pour en changer, écrivez par exemple { $prefix }fuseau Europe/Paris.
timezone-set = C'est noté : les heures sont désormais celles du fuseau { $zone }.
timezone-unknown = Je ne connais pas le fuseau « { $name } ». Utilisez un nom tel que Europe/Paris : { $prefix }fuseau Europe/Paris.
language-unknown = Je parle français et anglais. Écrivez { $prefix }langue fr ou { $prefix }langue en.
link-by-code = { $account }, depuis le { $date }, par un code
link-by-request = { $account }, depuis le { $date }, sur demande
link-by-command = { $account }, depuis le { $date }, par la ligne de commande
link-by = par { $name }
link-here = (celui-ci)
unlink-confirm = Ce compte ne serait plus relié au vôtre, et je ne vous répondrais plus ici. Pour confirmer, écrivez : { $prefix }délier oui
unlink-done = C'est fait : ce compte n'est plus relié à personne. Pour revenir, écrivez-moi { $prefix }lier en privé.

## Utilisateurs
user-help =
    Les utilisateurs, toujours en privé :
    { $prefix }utilisateur liste [mot]
    { $prefix }utilisateur ajouter NOM [role=member] [langue=fr] [fuseau=Europe/Paris] [email=…] [nom="…"]
    { $prefix }utilisateur modifier NOM role=… langue=… fuseau=… email=… nom="…" identifiant=…
    { $prefix }utilisateur désactiver NOM, { $prefix }utilisateur activer NOM
    { $prefix }utilisateur code NOM : un code qui relie un compte à cette personne
    { $prefix }utilisateur confirmer CODE NOM : relier le compte de qui a demandé ce code
    { $prefix }utilisateur comptes NOM, { $prefix }utilisateur délier NOM [plateforme compte]
user-not-allowed = Seuls ceux qui gèrent les utilisateurs peuvent faire cela. Adressez-vous à un administrateur.
user-name-bad = Un nom d'utilisateur compte de 1 à 64 lettres, chiffres ou signes . _ - + @, sans espace ni forme particulière (pleine chasse, exposant), et commence par une lettre ou un chiffre. Exemple : camille.durand
user-name-reserved = Les noms d'utilisateur qui commencent par « erased- » sont réservés aux personnes dont les données ont été effacées. Choisissez-en un autre.
user-full-name-bad = Un nom complet compte 120 caractères au plus, sur une ligne, sans caractère invisible. Exemple : Camille Durand
user-full-name-empty = Un nom complet ne peut pas être vide. Donnez-en un, par exemple Camille Durand.
user-email-bad = Cette adresse n'a pas la forme attendue. Exemple : camille.durand@example.org
user-nothing-to-change = Rien n'est à changer. Dites ce qui doit l'être, par exemple le rôle ou la langue.
user-setting-unknown = Je ne comprends pas « { $word } ». Écrivez par exemple : role=member langue=fr email=camille@example.org nom="Camille Durand"
user-role-unknown = Le rôle « { $role } » n'est pas dans la configuration. Choisissez parmi { $known }.
user-added = { $name } est créé. Reliez un compte de messagerie avec : { $command } link-code { $name }
user-edited = C'est changé :
user-exists = { $name } existe déjà. Choisissez un autre nom, ou voyez { $command } list.
user-none = Il n'y a pas encore d'utilisateur. Créez-en un avec : pstral user add NOM
user-none-found = Aucun utilisateur ne correspond. Écrivez { $prefix }utilisateur liste pour les voir tous.
user-more =
    { $left ->
        [1] Un autre n'est pas affiché. Précisez avec un mot : { $prefix }utilisateur liste durand
       *[other] { $left } autres ne sont pas affichés. Précisez avec un mot : { $prefix }utilisateur liste durand
    }
user-unknown = Il n'y a pas d'utilisateur { $name }. Voyez { $command } list.
user-code = Donnez ce code à { $name }, qui l'envoie à Pstral en privé dans les 10 minutes : { $prefix }lier { $code }
user-disabled = { $name } est désactivé : ses comptes ne sont plus reconnus. Pour revenir en arrière : { $command } enable { $name }
user-enabled = { $name } est activé.
user-disabled-mark = (désactivé)
user-is-disabled = { $name } est désactivé : personne ne peut lui être relié. Pour l'activer : { $command } enable { $name }
user-is-erased = Les données de { $name } ont été effacées, ce qui est irréversible : plus personne ne peut utiliser ce compte. Ajoutez un nouvel utilisateur pour la personne.
user-stale = { $name } a été modifié par quelqu'un d'autre entre-temps : rien n'a été changé. Revoyez cet utilisateur, puis réessayez.
user-last = Sans { $name }, plus personne ne pourrait gérer les utilisateurs. Donnez d'abord ce rôle à quelqu'un d'autre.
user-last-forced = Sans { $name }, plus personne ne pourrait gérer les utilisateurs depuis une messagerie. Donnez d'abord ce rôle à quelqu'un d'autre, ou ajoutez --force.

## Comptes d'un utilisateur
confirm-done =
    C'est fait : { $account } ({ $platform } { $id }) est maintenant relié à { $name }.
    Si ce n'est pas la bonne personne : { $command } unlink { $name } { $platform } { $id }
confirm-wrong = Ce code n'est celui d'aucune demande : il a pu expirer ou déjà servir. La personne en obtient un nouveau en écrivant /lier en privé.
links = Comptes de l'utilisateur { $name } :
links-none = Aucun compte n'est relié à { $name }. Reliez-en un avec : { $command } link-code { $name }
unlinked = C'est fait : { $account } n'est plus un compte de l'utilisateur { $name }.
unlink-unknown = Dites quel compte de l'utilisateur { $name } retirer, par sa plateforme et son identifiant. Voyez { $command } links { $name }

## Mots de passe
password-not-here = Un mot de passe ne passe jamais par une messagerie. Sur la machine de Pstral, tapez : pstral user password { $name }
password-prompt = Nouveau mot de passe (12 caractères au moins) :
password-again = Encore une fois :
password-differs = Les deux ne sont pas les mêmes. Recommencez.
password-short = Un mot de passe compte { $least } caractères au moins. Choisissez une phrase que vous retenez.
password-long = Un mot de passe compte { $most } caractères au plus. Choisissez-en un plus court.
password-not-text = Ce mot de passe n'est pas du texte (UTF-8). Retapez-le.
password-set = Le mot de passe de l'utilisateur { $name } est enregistré.
password-removed = { $name } n'a plus de mot de passe.
