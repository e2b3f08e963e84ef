# Die Seiten des Einlasses, wie der Server allein sie sagt.
door-heading = Einlass · { $title }
door-doors = Türen
door-signed-in = Angemeldet als { $person }
door-opens = Einlass ab { $when }
door-typed = Code oder Bestellnummer
door-check = Prüfen
door-board = Der Einlass bisher
door-inside = Drinnen
door-of = von
door-last-minute = Letzte Minute
door-refused = Abgewiesen
doors-title = Ihre Türen
doors-inside = { $inside } von { $expected } drinnen
doors-none = Keine Türen in Sicht
doors-none-text = Sobald eine Vorstellung Ihrer Häuser oder Künstler im Verkauf ist, steht ihre Tür hier.
