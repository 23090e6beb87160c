# target
target-unavailable = La base de données est introuvable ou ne s'ouvre pas. Prévenez un administrateur, puis réessayez.
target-client-missing = La bibliothèque nécessaire pour joindre cette base n'est pas installée sur la machine de Pstral. Prévenez un administrateur : « pstral doctor » dit quoi installer.
target-privileged = Rien n'est exécuté sur cette base : le compte prévu pour elle peut faire plus que lire. Prévenez un administrateur : « pstral doctor » dit ce qu'il faut lui retirer.
target-no-account = Sur cette base, les requêtes s'exécutent sous votre propre compte, et vous n'en avez pas encore. Demandez-en un à un administrateur.
target-busy = La base de données est occupée en ce moment. Réessayez dans une minute.
target-rejected = La base de données refuse cette requête : `{ $reason }`. Modifiez la requête ou reformulez la question.
target-timeout = { $seconds ->
    [one] La requête a été arrêtée après { $seconds } seconde : c'est le temps maximal. Ajoutez un filtre ou une période plus courte.
   *[other] La requête a été arrêtée après { $seconds } secondes : c'est le temps maximal. Ajoutez un filtre ou une période plus courte.
}
target-out-of-memory = La requête demande plus de mémoire que ce qui lui est permis ici. Ajoutez un filtre, une période plus courte ou moins de colonnes.
target-cancelled = La requête a été arrêtée à votre demande.
target-failed = La base de données a échoué pendant la lecture. Réessayez ; si cela se répète, prévenez un administrateur.
