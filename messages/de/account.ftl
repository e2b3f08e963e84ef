# Anmelden.
login-title = Anmelden
login-lead = Für alle, die im Haus arbeiten. Wer Karten kauft, braucht kein Konto.
login-hello = Guten Tag, { $name }
login-done = Sie sind in diesem Browser angemeldet.
login-doors = Zu Ihren Türen
login-out = Abmelden
login-refused = Das passt nicht zusammen
login-refused-text = Die E-Mail-Adresse oder das Passwort stimmt nicht.
login-email = E-Mail
login-password = Passwort
