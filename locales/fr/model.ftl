# model
# Pourquoi il n'y a pas de réponse, ou pas la suite : que faire d'abord, puis où un administrateur doit regarder.
model-unavailable = Le modèle de langue est injoignable. Reposez la question dans quelques minutes. Si cela dure, prévenez votre administrateur : le serveur du modèle est arrêté ou hors d'atteinte.
model-none-in-demo = Cette démonstration tourne sans modèle de langue. Avec un modèle, elle répond à toute question : le premier écran dit comment en avoir un.
model-missing = Le modèle « { $model } » n'est pas installé sur son serveur. Prévenez votre administrateur : `pstral doctor` lui dit comment l'installer.
model-busy = Trop de questions attendent déjà le modèle. Reposez la vôtre dans une minute. Si cela se répète, prévenez votre administrateur : il faut au serveur du modèle une file plus longue ou plus de puissance.
model-prompt-too-long = C'est trop long à lire pour le modèle. Raccourcissez la question ou commencez une nouvelle conversation. Si même les questions courtes échouent, prévenez votre administrateur : la fenêtre de contexte réglée pour le modèle est trop petite.
model-forbidden = Le serveur du modèle n'accepte pas Pstral. Prévenez votre administrateur : il faut vérifier les hôtes autorisés par ce serveur et la clé qu'il attend.
model-timeout = Le modèle n'a rien dit pendant { $seconds } s, j'ai donc cessé d'attendre. Reposez la question, plus brièvement si possible. Si cela dure, prévenez votre administrateur : le serveur du modèle est surchargé ou bloqué.
model-interrupted = La réponse a été coupée avant la fin. Reposez la question ; si elle est coupée au même endroit, posez-la autrement. Si cela dure, prévenez votre administrateur : le journal du serveur du modèle dit pourquoi.
model-hung-up = Le serveur du modèle a raccroché avant le premier mot de la réponse. Reposez la question. Si cela dure, prévenez votre administrateur : le journal du serveur du modèle dit pourquoi.
model-failed = Le modèle est tombé en panne en répondant. Reposez la question. Si cela dure, prévenez votre administrateur : le journal du serveur du modèle dit pourquoi, souvent par manque de mémoire.
model-protocol = Le serveur du modèle a envoyé quelque chose d'incompréhensible. Prévenez votre administrateur : il faut vérifier que l'adresse réglée pour le modèle est bien celle de son serveur, et que rien entre les deux ne modifie ses réponses.
model-rejected = Le serveur du modèle n'a pas accepté la question telle qu'elle a été envoyée. Posez-la autrement. Si cela dure, prévenez votre administrateur : un réglage du modèle est sans doute faux, et le journal de Pstral dit lequel.
model-unsupported = Ce modèle ne sait pas faire ce qui lui est demandé. Prévenez votre administrateur : il faut choisir un autre modèle pour cet usage.
model-withheld = Le filtre de contenu du serveur du modèle a bloqué la fin de cette réponse. Reformulez votre question. Si cela se répète, prévenez votre administrateur : ce filtre se règle sur le serveur du modèle.
model-outside = Le serveur du modèle est hors du réseau de l'entreprise, où rien ne doit être envoyé : votre question ne l'a pas été. Prévenez votre administrateur : l'adresse réglée pour le modèle est à vérifier.
