# target
target-unavailable = La base de données est introuvable ou ne s'ouvre pas. Prévenez un administrateur, puis réessayez.
target-busy = La base de données est occupée en ce moment. Réessayez dans une minute.
target-rejected = La base de données refuse cette requête : `{ $reason }`. Modifiez la requête ou reformulez la question.
target-timeout = { $seconds ->
    [one] La requête a été arrêtée après { $seconds } seconde : c'est le temps maximal. Ajoutez un filtre ou une période plus courte.
   *[other] La requête a été arrêtée après { $seconds } secondes : c'est le temps maximal. Ajoutez un filtre ou une période plus courte.
}
target-cancelled = La requête a été arrêtée à votre demande. Vous pouvez la relancer quand vous voulez.
target-failed = La base de données a échoué pendant la lecture. Réessayez ; si cela se répète, prévenez un administrateur.
