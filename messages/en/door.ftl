# The door's pages, as the server alone says them.
door-heading = Door · { $title }
door-doors = Doors
door-signed-in = Signed in as { $person }
door-opens = Doors open { $when }
door-typed = Code or order reference
door-check = Check
door-board = The door so far
door-inside = Inside
door-of = of
door-last-minute = Last minute
door-refused = Refused
doors-title = Your doors
doors-inside = { $inside } of { $expected } inside
doors-none = No doors ahead
doors-none-text = Once a session of your venues or artists is on sale, its door is here.
