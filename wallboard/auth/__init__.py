"""Who somebody is: sessions in cookies, tokens of services, local users, OpenID Connect."""
