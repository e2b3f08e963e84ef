# The public front.
language-name = English
site-tagline = Tickets without the scramble
site-promise = Prices are all-in: what you see is what you pay.
skip = Skip to the content
home = Home
nav-label = Main menu
nav-events = Events
nav-artists = Artists
nav-venues = Venues
nav-blog = Stories
nav-sign-in = Sign in
nav-account = Your account
nav-newsletter = Newsletter
nav-categories = By category
nav-language = Language
search-label = Search events, artists, places
search-placeholder = Artist, event, city…
search-button = Search
search-title = Results for “{ $words }”
search-instead = Nothing is called that. Here is what “{ $words }” finds.

home-title = Be there
home-description = Concerts, theatre, comedy, dance and film in eight cities. Choose your seats on the map as it stands this second.
home-lead = Concerts, plays, films and odd evenings. Choose your seats on the map as it stands this second.
home-next = Coming up
home-opening = About to go on sale
home-gone = Nearly gone
home-cities = By city
home-stories = Stories
home-all-events = All events
home-all-stories = All stories
home-empty = Nothing is announced right now
home-empty-text = New dates come all the time. Look in again soon, or let the newsletter tell you.

events-title = What’s on
events-intro = Everything that is announced, with what is left as it stands now.
events-count = { $count ->
    [0] No events
    [one] One event
   *[other] { $count } events
}
dates-count = { $count ->
    [one] 1 date
   *[other] { $count } dates
}
dates-to-come = { $count ->
    [0] no dates now
    [one] 1 date
   *[other] { $count } dates
}
cities-count = { $count ->
    [one] one city
   *[other] { $count } cities
}
filter-heading = Filter
filter-words = Words
filter-category = Category
filter-city = City
filter-artist = Artist
filter-venue = Venue
filter-from = From
filter-to = Until
filter-sort = Order
filter-any = All
filter-show = Show events
filter-clear = Clear all
filter-chosen = Chosen
filter-remove = Without { $name }
filter-unknown = We do not know this choice and left it out: { $names }.
chosen-words = “{ $words }”
chosen-from = from { $day }
chosen-to = until { $day }
days-label = When
days-today = Today
days-weekend = This weekend
days-week = Next 7 days
days-month = Next 30 days
sort-best = Best match
sort-date = By date
sort-price = Cheapest first
sort-title = By title
nothing-title = Nothing fits all of that
nothing-text = Leave something out, or look at what comes close.
nothing-without = Try without:
nothing-close = Close to it
beyond-title = There is no such page of results
beyond-text = The list is shorter than that.
beyond-first = Go to the first page
pages-label = Pages
pages-back = Back
pages-next = Next
pages-of = Page { $page } of { $pages }

badge-on-sale = On sale
badge-few = Few left
badge-last = { $count ->
    [one] Last place
   *[other] Last { $count }
}
badge-to-come = Soon on sale
badge-sold-out = Sold out
badge-paused = Sale paused
badge-postponed = Postponed
badge-ended = Sale ended
badge-cancelled = Cancelled
badge-past = Past
badge-no-date = No date yet
badge-on-sale-template = On sale
badge-few-template = Few left
badge-last-template = Last #
badge-sold-out-template = Sold out
price-from = from { $price }
on-sale-from = On sale from { $when }
on-sale-in = On sale in
venue-time = { $place } time
days-short = # d
opens-from = from { $when }
your-time = your time

event-dates = Dates
event-calendar = Calendar
event-list = All dates as a list
event-past = Past dates
event-none-title = No dates right now
event-none-text = A date is being looked for. The newsletter tells when there is one.
event-tickets = Choose seats
event-about = About
event-by = With
event-where = Where
event-related = You may like
event-stories = Read about it
event-add-calendar = Add all dates to your calendar
feed-of = { $name }: calendar

artists-title = Artists
artists-intro = Everybody who performs in our houses, with what they play next.
artist-dates = On stage
artist-none = No dates right now
artist-none-text = Follow the calendar, and the next one comes to you.
artist-past = Seen here before
calendar-follow = Follow as a calendar

venues-title = Venues
venues-intro = Theatres, halls, cellars and one dry dock: where it happens, and how to get there.
venue-way = How to get there
venue-map = Open the map
venue-plan = The house
venue-plan-label = Plan of { $name }
venue-program = On here
venue-none = Nothing is announced here right now
venue-all = All dates here
seats-count = { $count ->
    [one] one seat
   *[other] { $count } seats
}
standing-count = { $count ->
    [one] one standing place
   *[other] { $count } standing places
}
places-count = { $count ->
    [one] one place
   *[other] { $count } places
}
city-name-krakow = Kraków
city-name-lisbon = Lisbon
city-name-tokyo = Tokyo
city-name-vienna = Vienna
city-intro = { $country }. Houses here: { $venues }.
city-intro-empty = { $country }.
category-intro = All that is announced in { $category }.

blog-title = Stories
blog-intro = From behind the house: places, people and what happens in the second when a sale begins.
blog-all = All
blog-categories = Kinds of stories
blog-feed = Follow by RSS
blog-none = Nothing has been written here yet
article-by = By { $author }
article-events = See it
article-more = More stories
article-foreign-en = in English
article-foreign-de = in German

newsletter-title = Newsletter
newsletter-intro = New dates and on-sales in one short mail on Thursdays. Nothing else, and out again with one tap.
newsletter-email = E-mail
newsletter-button = Sign up
newsletter-invalid = Give an e-mail address such as ada@example.org.
newsletter-done-title = Almost done
newsletter-done-text = We have noted { $email }. It counts as soon as you have confirmed it by the mail that we send you.
newsletter-trap = Leave this empty

category-music = Music
category-classical = Classical
category-jazz = Jazz & blues
category-theatre = Theatre
category-comedy = Comedy
category-dance = Dance
category-film = Film
category-family = Family
category-festival = Festivals
category-talk = Talks
category-gala = Galas
