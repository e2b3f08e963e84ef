# Die öffentlichen Seiten.
language-name = Deutsch
site-tagline = Karten ohne Gedränge
site-promise = Alle Preise sind Endpreise: Was dasteht, zahlen Sie.
skip = Zum Inhalt springen
home = Start
nav-label = Hauptmenü
nav-events = Programm
nav-artists = Künstler
nav-venues = Häuser
nav-blog = Magazin
nav-sign-in = Anmelden
nav-account = Ihr Konto
nav-newsletter = Newsletter
nav-categories = Nach Sparte
nav-language = Sprache
search-label = Veranstaltungen, Künstler, Orte suchen
search-placeholder = Künstler, Stadt …
search-button = Suchen
search-title = Treffer für „{ $words }“
search-instead = So heißt hier nichts. Das findet „{ $words }“.

home-title = Dabei sein
home-description = Konzerte, Theater, Comedy, Tanz und Film in acht Städten. Wählen Sie Ihre Plätze auf dem Plan, wie er in dieser Sekunde ist.
home-lead = Konzerte, Stücke, Filme und seltsame Abende. Wählen Sie Ihre Plätze auf dem Plan, wie er in dieser Sekunde ist.
home-next = Demnächst
home-opening = Bald im Verkauf
home-gone = Fast ausverkauft
home-cities = Nach Stadt
home-stories = Magazin
home-all-events = Das ganze Programm
home-all-stories = Alle Beiträge
home-empty = Zurzeit ist nichts angekündigt
home-empty-text = Neue Termine kommen ständig dazu. Schauen Sie bald wieder vorbei, oder der Newsletter sagt Bescheid.

events-title = Programm
events-intro = Alles, was angekündigt ist, und was davon jetzt noch zu haben ist.
events-count = { $count ->
    [0] Keine Veranstaltung
    [one] Eine Veranstaltung
   *[other] { $count } Veranstaltungen
}
dates-count = { $count ->
    [one] 1 Termin
   *[other] { $count } Termine
}
dates-to-come = { $count ->
    [0] zurzeit kein Termin
    [one] 1 Termin
   *[other] { $count } Termine
}
cities-count = { $count ->
    [one] eine Stadt
   *[other] { $count } Städte
}
filter-heading = Filter
filter-words = Stichwort
filter-category = Sparte
filter-city = Stadt
filter-artist = Künstler
filter-venue = Haus
filter-from = Ab
filter-to = Bis
filter-sort = Reihenfolge
filter-any = Alle
filter-show = Anzeigen
filter-clear = Alles zurücksetzen
filter-chosen = Gewählt
filter-remove = Ohne { $name }
filter-unknown = Das kennen wir nicht und haben es weggelassen: { $names }.
chosen-words = „{ $words }“
chosen-from = ab { $day }
chosen-to = bis { $day }
days-label = Wann
days-today = Heute
days-weekend = Am Wochenende
days-week = Nächste 7 Tage
days-month = Nächste 30 Tage
sort-best = Beste Treffer
sort-date = Nach Datum
sort-price = Günstige zuerst
sort-title = Nach Titel
nothing-title = Nichts passt zu alledem
nothing-text = Lassen Sie etwas weg, oder sehen Sie nach, was nahekommt.
nothing-without = Versuchen Sie es ohne:
nothing-close = Das kommt nahe
beyond-title = Diese Trefferseite gibt es nicht
beyond-text = So lang ist die Liste nicht.
beyond-first = Zur ersten Seite
pages-label = Seiten
pages-back = Zurück
pages-next = Weiter
pages-of = Seite { $page } von { $pages }

badge-on-sale = Im Verkauf
badge-few = Nur noch wenige
badge-last = { $count ->
    [one] Letzter Platz
   *[other] Letzte { $count }
}
badge-to-come = Bald im Verkauf
badge-sold-out = Ausverkauft
badge-paused = Verkauf ruht
badge-postponed = Verschoben
badge-ended = Verkauf beendet
badge-cancelled = Abgesagt
badge-past = Vorbei
badge-no-date = Noch kein Termin
badge-on-sale-template = Im Verkauf
badge-few-template = Nur noch wenige
badge-last-template = Letzte #
badge-sold-out-template = Ausverkauft
price-from = ab { $price }
on-sale-from = Im Verkauf ab { $when }
on-sale-in = Im Verkauf in
venue-time = Ortszeit { $place }
days-short = # T.
opens-from = ab { $when }
your-time = Ihre Zeit

event-dates = Termine
event-calendar = Kalender
event-list = Alle Termine als Liste
event-past = Vergangene Termine
event-none-title = Zurzeit kein Termin
event-none-text = Ein Termin wird gesucht. Der Newsletter sagt, wenn es einen gibt.
event-tickets = Plätze wählen
event-about = Worum es geht
event-by = Mit
event-where = Wo
event-related = Könnte Ihnen gefallen
event-stories = Mehr dazu
event-add-calendar = Alle Termine in den Kalender
feed-of = { $name }: Kalender

artists-title = Künstler
artists-intro = Alle, die in unseren Häusern auftreten, und wann Sie sie sehen.
artist-dates = Auf der Bühne
artist-none = Zurzeit kein Termin
artist-none-text = Abonnieren Sie den Kalender, dann kommt der nächste zu Ihnen.
artist-past = Hier schon zu sehen gewesen
calendar-follow = Als Kalender abonnieren

venues-title = Häuser
venues-intro = Theater, Säle, Keller und ein Trockendock: wo es geschieht und wie man hinkommt.
venue-way = Anfahrt
venue-map = Karte öffnen
venue-plan = Das Haus
venue-plan-label = Saalplan von { $name }
venue-program = Hier zu sehen
venue-none = Hier ist zurzeit nichts angekündigt
venue-all = Alle Termine hier
seats-count = { $count ->
    [one] ein Sitzplatz
   *[other] { $count } Sitzplätze
}
standing-count = { $count ->
    [one] ein Stehplatz
   *[other] { $count } Stehplätze
}
places-count = { $count ->
    [one] ein Platz
   *[other] { $count } Plätze
}
city-name-krakow = Krakau
city-name-lisbon = Lissabon
city-name-tokyo = Tokio
city-name-vienna = Wien
city-intro = { $country }. Häuser hier: { $venues }.
city-intro-empty = { $country }.
category-intro = Alles, was in der Sparte { $category } angekündigt ist.

blog-title = Magazin
blog-intro = Hinter den Kulissen: Orte, Menschen und was in der Sekunde geschieht, in der ein Verkauf beginnt.
blog-all = Alle
blog-categories = Rubriken
blog-feed = Per RSS folgen
blog-none = Hier ist noch nichts geschrieben
article-by = Von { $author }
article-events = Hingehen
article-more = Weitere Beiträge
article-foreign-en = auf Englisch
article-foreign-de = auf Deutsch

newsletter-title = Newsletter
newsletter-intro = Neue Termine und Verkaufsstarts in einer kurzen Mail am Donnerstag. Sonst nichts, und mit einem Tipp wieder abbestellt.
newsletter-email = E-Mail
newsletter-button = Eintragen
newsletter-invalid = Geben Sie eine E-Mail-Adresse wie ada@example.org an.
newsletter-done-title = Fast geschafft
newsletter-done-text = Wir haben { $email } vorgemerkt. Es gilt, sobald Sie es mit der Mail bestätigen, die wir Ihnen schicken.
newsletter-trap = Bitte leer lassen

category-music = Musik
category-classical = Klassik
category-jazz = Jazz & Blues
category-theatre = Theater
category-comedy = Comedy
category-dance = Tanz
category-film = Film
category-family = Familie
category-festival = Festivals
category-talk = Gespräche
category-gala = Galas
