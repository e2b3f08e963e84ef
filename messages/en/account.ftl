# Signing in.
login-title = Sign in
login-lead = For the people who run the house. Buyers need no account.
login-hello = Hello, { $name }
login-done = You are signed in on this browser.
login-doors = Go to your doors
login-out = Sign out
login-refused = That did not match
login-refused-text = The e-mail address or the password is wrong.
login-email = E-mail
login-password = Password
