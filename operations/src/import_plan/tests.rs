//! Small plans of our own, sound and with each fault.

use serde_json::{Value, json};

use super::*;

/// A row of seats 25 units apart, numbered from 1, with guids of its name.
fn row(name: &str, label: &str, (x, y): (f64, f64), category: &str, count: usize) -> Value {
    let seats: Vec<Value> = (0..count)
        .map(|seat| {
            json!({
                "seat_guid": format!("{name}-{}", seat + 1),
                "seat_number": (seat + 1).to_string(),
                "position": {"x": seat * 25, "y": 0},
                "category": category,
            })
        })
        .collect();
    json!({"row_number": label, "position": {"x": x, "y": y}, "seats": seats})
}

fn plan(rows: &[Value]) -> Value {
    json!({
        "name": "Hall",
        "size": {"width": 1000, "height": 1000},
        "categories": [{"name": "Near", "color": "#ff0000"}, {"name": "Far"}],
        "zones": [{"name": "Floor", "position": {"x": 100, "y": 200}, "rows": rows, "areas": []}],
    })
}

fn two_rows() -> Value {
    plan(&[
        row("a", "A", (0.0, 0.0), "Near", 3),
        row("b", "B", (0.0, 30.0), "Far", 2),
    ])
}

fn request(prices: &[&str]) -> ImportPlan {
    ImportPlan {
        file: PathBuf::new(),
        venue: "The Hall".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: "EUR".to_owned(),
        prices: prices.iter().map(|price| (*price).to_owned()).collect(),
        capacities: Vec::new(),
        rekey_seats: false,
    }
}

fn read_with(bytes: &[u8], request: &ImportPlan) -> Result<(Plan, Report), Vec<String>> {
    let mut faults = Faults::default();
    let currency = check_options(request, &mut faults);
    let read = read_plan(bytes, request, currency, &mut faults);
    read.filter(|_| faults.is_empty())
        .ok_or_else(|| faults.into_list().iter().map(Fault::to_string).collect())
}

fn read(plan: &Value) -> Result<(Plan, Report), Vec<String>> {
    read_with(
        plan.to_string().as_bytes(),
        &request(&["Near=8000", "Far=0"]),
    )
}

fn faults(plan: &Value) -> Vec<String> {
    read(plan).expect_err("the plan has a fault")
}

/// The plan with one value replaced.
fn with(mut plan: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = plan.pointer_mut(parent).unwrap();
    match parent {
        Value::Object(fields) => drop(fields.insert(key.to_owned(), value)),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        _ => unreachable!("only containers hold values"),
    }
    plan
}

const SEAT: &str = "/zones/0/rows/0/seats/1";

fn labels(plan: &Plan) -> Vec<String> {
    let seats = plan.sections.iter().flat_map(|section| {
        section
            .seats
            .iter()
            .map(|seat| format!("{} {} {}", section.name, seat.row, seat.number))
    });
    seats.collect()
}

#[test]
fn a_sound_plan_becomes_a_section_for_each_zone_and_category() {
    let (plan, report) = read(&two_rows()).unwrap();
    let near = &plan.sections[0];
    assert_eq!(
        (near.name.as_str(), near.starting_price.minor),
        ("Floor, Near", 8000)
    );
    assert_eq!(
        (
            plan.sections[1].name.as_str(),
            plan.sections[1].starting_price.minor
        ),
        ("Floor, Far", 0)
    );
    assert_eq!(labels(&plan)[2..4], ["Floor, Near A 3", "Floor, Far B 1"]);
    assert_eq!((report.zones, report.rows, report.seats), (1, 2, 5));
    assert_eq!(
        report.seats_by_category,
        [("Near".to_owned(), 3), ("Far".to_owned(), 2)]
    );
}

#[test]
fn positions_add_up_from_zone_row_and_seat_in_hundredths() {
    let plan = with(two_rows(), "/zones/0/rows/1/position/x", json!(0.126));
    let (plan, _) = read(&plan).unwrap();
    let seat = &plan.sections[1].seats[1].placement;
    assert_eq!((seat.position_x, seat.position_y), (12_513, 23_000));
    assert_eq!((seat.size_x, seat.size_y), (2_000, 2_000));
    let section = &plan.sections[0].placement;
    assert_eq!((section.position_x, section.position_y), (12_500, 20_000));
    assert_eq!((section.size_x, section.size_y), (7_000, 2_000));
}

#[test]
fn a_seats_radius_is_its_size() {
    let plan = with(two_rows(), &format!("{SEAT}/radius"), json!(8));
    let (plan, _) = read(&plan).unwrap();
    assert_eq!(plan.sections[0].seats[1].placement.size_x, 1_600);
}

#[test]
fn what_is_no_json_is_refused_with_line_and_column() {
    let refused = |bytes: &[u8]| read_with(bytes, &request(&[])).unwrap_err();
    assert_eq!(
        refused(b"{\n  oops"),
        ["line 2 column 3: this is not JSON: key must be a string"]
    );
    assert_eq!(
        refused(b""),
        ["line 1 column 0: this is not JSON: EOF while parsing a value"]
    );
    assert!(refused(b"\x89PNG\r\n")[0].starts_with("line 1 column 1: this is not JSON"));
    let deep = format!("{{\"deep\":{}", "[".repeat(100_000));
    assert!(refused(deep.as_bytes())[0].contains("this is not JSON: EOF"));
}

#[test]
fn json_that_is_no_plan_is_refused_with_line_and_column() {
    let refused = |text: &str| read_with(text.as_bytes(), &request(&[])).unwrap_err();
    assert_eq!(
        refused("[]"),
        ["line 1 column 2: invalid length 0, expected a seating plan"]
    );
    assert_eq!(
        refused("{}"),
        ["line 1 column 2: missing field `categories`"]
    );
    let number = with(two_rows(), &format!("{SEAT}/seat_number"), json!(7)).to_string();
    assert!(refused(&number)[0].contains("invalid type: integer `7`, expected a string"));
}

#[test]
fn a_plan_without_seats_is_refused() {
    let none = ["zones: the plan has no seats"];
    assert_eq!(faults(&plan(&[])), none);
    assert_eq!(
        faults(&plan(&[json!({"row_number": "A", "seats": []})])),
        none
    );
    assert_eq!(faults(&with(two_rows(), "/zones", json!([]))), none);
}

#[test]
fn a_plan_with_more_seats_than_can_be_sold_is_refused() {
    let seats = vec![json!({}); Manifest::MAX_SEATS + 1];
    let plan = plan(&[json!({"row_number": "A", "seats": seats})]);
    assert_eq!(faults(&plan), ["zones: 200001 seats are more than 200000"]);
}

#[test]
fn each_fault_of_a_seat_is_told_with_its_place() {
    let place = "zones[0].rows[0].seats[1]";
    let cases = [
        ("seat_number", json!(null), "the seat's number is missing"),
        ("seat_number", json!("  "), "the seat's number is missing"),
        (
            "seat_number",
            json!("1\u{0}"),
            "the seat's number has control characters",
        ),
        (
            "seat_number",
            json!("x".repeat(21)),
            "the seat's number is longer than 20 characters",
        ),
        ("seat_guid", json!(null), "seat_guid is missing"),
        (
            "category",
            json!("Middle"),
            "the plan has no category \"Middle\"",
        ),
        ("category", json!(null), "the category is missing"),
        ("position", json!(null), "the position is missing"),
        (
            "position",
            json!({"x": 1e9, "y": 0}),
            "the seat stands absurdly far away",
        ),
        ("radius", json!(0), "a seat's radius cannot be 0"),
        ("radius", json!(-3), "a seat's radius cannot be -3"),
        ("radius", json!(1e7), "a seat's radius cannot be 10000000"),
    ];
    for (field, value, message) in cases {
        let plan = with(two_rows(), &format!("{SEAT}/{field}"), value.clone());
        assert_eq!(
            faults(&plan),
            [format!("{place}: {message}")],
            "{field} {value}"
        );
    }
}

#[test]
fn a_coordinate_that_is_no_finite_number_is_refused() {
    let text = two_rows()
        .to_string()
        .replacen("\"x\":25", "\"x\":1e999", 1);
    let refused = read_with(text.as_bytes(), &request(&[])).unwrap_err();
    assert!(refused[0].contains("number out of range"), "{refused:?}");
}

#[test]
fn a_row_without_a_number_is_refused() {
    let plan = with(two_rows(), "/zones/0/rows/0/row_number", json!(""));
    assert_eq!(
        faults(&plan),
        ["zones[0].rows[0]: the row's number is missing"]
    );
}

#[test]
fn a_number_used_twice_in_one_row_is_refused() {
    let plan = with(two_rows(), &format!("{SEAT}/seat_number"), json!("1"));
    let fault = "zones[0].rows[0].seats[1]: the seat number \"1\" is used in this row by zones[0].rows[0].seats[0]";
    assert_eq!(faults(&plan), [fault]);
}

#[test]
fn all_faults_are_told_at_once_up_to_a_thousand() {
    let plan = plan(&[row("a", "A", (0.0, 0.0), "Nowhere", 1_500)]);
    let told = faults(&plan);
    assert_eq!(told.len(), 1_001);
    assert_eq!(told[1_000], "…: 500 more faults are not listed");
}

#[test]
fn every_repeated_guid_is_listed_with_its_first_place() {
    let plan = plan(&[
        row("a", "A", (0.0, 0.0), "Near", 2),
        row("a", "B", (0.0, 30.0), "Near", 2),
        row("a", "C", (0.0, 60.0), "Far", 1),
    ]);
    assert_eq!(
        faults(&plan),
        [
            "zones[0].rows[0].seats[0]: seat_guid \"a-1\" appears 3 times, next at zones[0].rows[1].seats[0]",
            "zones[0].rows[0].seats[1]: seat_guid \"a-2\" appears 2 times, next at zones[0].rows[1].seats[1]",
        ]
    );
}

#[test]
fn repeated_or_missing_guids_are_made_anew_where_that_is_asked_for() {
    let plan = plan(&[
        row("a", "A", (0.0, 0.0), "Near", 2),
        row("a", "B", (0.0, 30.0), "Near", 2),
    ]);
    let plan = with(plan, &format!("{SEAT}/seat_guid"), json!(null));
    let rekeyed = ImportPlan {
        rekey_seats: true,
        ..request(&["Near=1"])
    };
    let (plan, report) = read_with(plan.to_string().as_bytes(), &rekeyed).unwrap();
    let guids: Vec<&str> = plan.sections[0]
        .seats
        .iter()
        .map(|seat| seat.guid.as_str())
        .collect();
    assert_eq!(guids, ["z1-r1-s1", "z1-r1-s2", "z1-r2-s1", "z1-r2-s2"]);
    assert!(
        report.to_string().contains("4 seats were keyed anew"),
        "{report}"
    );
}

#[test]
fn every_category_with_seats_needs_a_price_and_no_other_may_have_one() {
    let bytes = two_rows().to_string();
    let refused = |prices: &[&str]| read_with(bytes.as_bytes(), &request(prices)).unwrap_err();
    assert_eq!(
        refused(&["Near=1"]),
        ["--price: \"Far\" has 2 seats and no price: give --price 'Far=8000'"]
    );
    assert_eq!(refused(&[]).len(), 2);
    assert_eq!(
        refused(&["Near=1", "Far=1", "Middle=1"]),
        ["--price: the plan has no category \"Middle\"; it has Near, Far"]
    );
    for wrong in ["Far=-1", "Far=1.5", "Far"] {
        assert!(
            refused(&["Near=1", wrong])[0].starts_with("--price: "),
            "{wrong}"
        );
    }
}

#[test]
fn options_that_name_nothing_are_refused() {
    let wrong = ImportPlan {
        venue: " ".to_owned(),
        city: "a\u{0}b".to_owned(),
        country: "Germany".to_owned(),
        time_zone: "Berlin".to_owned(),
        currency: "euro".to_owned(),
        ..request(&["Near=1", "Far=1"])
    };
    let told = read_with(two_rows().to_string().as_bytes(), &wrong).unwrap_err();
    let places: Vec<&str> = told
        .iter()
        .map(|fault| fault.split(':').next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "--venue",
            "--city",
            "--country",
            "--time-zone",
            "--currency"
        ]
    );
}

/// Two blocks of rows A and B, an aisle of four seats between them.
fn two_blocks() -> Value {
    plan(&[
        row("la", "A", (0.0, 0.0), "Near", 3),
        row("ra", "A", (150.0, 0.0), "Near", 3),
        row("lb", "B", (0.0, 30.0), "Near", 3),
        row("rb", "B", (150.0, 30.0), "Near", 3),
        row("lc", "C", (0.0, 60.0), "Far", 3),
    ])
}

#[test]
fn rows_of_one_name_in_two_blocks_are_told_apart_and_that_is_reported() {
    let (plan, report) = read(&two_blocks()).unwrap();
    let rows: Vec<&str> = plan.sections[0]
        .seats
        .chunks(3)
        .map(|seats| seats[0].row.as_str())
        .collect();
    assert_eq!(
        rows,
        ["A (block 1)", "A (block 2)", "B (block 1)", "B (block 2)"]
    );
    assert_eq!(
        plan.sections[1].seats[0].row, "C",
        "where nothing reads the same, names stay"
    );
    assert!(
        report
            .to_string()
            .contains("Floor, Near: rows of 2 blocks have the same names"),
        "{report}"
    );
}

#[test]
fn no_two_seats_of_a_section_read_the_same_even_side_by_side() {
    let beside = plan(&[
        row("a", "A", (0.0, 0.0), "Near", 3),
        row("b", "A", (0.0, 25.0), "Near", 3),
        row("c", "A", (0.0, 50.0), "Near", 3),
    ]);
    let (plan, _) = read(&beside).unwrap();
    let mut labels = labels(&plan);
    labels.sort();
    labels.dedup();
    assert_eq!(labels.len(), 9);
}

#[test]
fn a_row_belongs_to_the_block_it_stands_along_and_not_to_one_whose_corner_it_touches() {
    let left = [("l1", "A", 0.0), ("l2", "B", 30.0)];
    let right = [("r1", "C", 60.0), ("r2", "A", 90.0)];
    let left = left.map(|(name, label, y)| row(name, label, (0.0, y), "Near", 6));
    let right = right.map(|(name, label, y)| row(name, label, (160.0, y), "Near", 6));
    let (plan, _) = read(&plan(&[left, right].concat())).unwrap();
    let seats = plan.sections[0].seats.chunks(6);
    let rows: Vec<&str> = seats.map(|seats| seats[0].row.as_str()).collect();
    assert_eq!(
        rows,
        ["A (block 1)", "B (block 1)", "C (block 2)", "A (block 2)"]
    );
}

#[test]
fn pieces_of_one_row_become_one_row_in_the_order_in_which_they_stand() {
    let mut right = row("r", "A", (50.0, 0.0), "Near", 2);
    right["seats"][0]["seat_number"] = json!("3");
    right["seats"][1]["seat_number"] = json!("4");
    let left = row("l", "A", (0.0, 0.0), "Near", 2);
    let (plan, _) = read(&plan(&[right, left])).unwrap();
    let numbers: Vec<&str> = plan.sections[0]
        .seats
        .iter()
        .map(|seat| seat.number.as_str())
        .collect();
    assert_eq!(numbers, ["4", "3", "2", "1"], "from one end to the other");
}

#[test]
fn zones_without_a_name_or_of_one_name_make_sections_of_different_names() {
    let mut plan = two_rows();
    let mut zone = plan["zones"][0].clone();
    zone["rows"] = json!([row("x", "A", (0.0, 500.0), "Near", 1)]);
    let mut nameless = zone.clone();
    nameless.as_object_mut().unwrap().remove("name");
    nameless["rows"] = json!([row("y", "A", (0.0, 600.0), "Near", 1)]);
    plan["zones"]
        .as_array_mut()
        .unwrap()
        .extend([zone, nameless]);
    let (plan, _) = read(&plan).unwrap();
    let names: Vec<&str> = plan
        .sections
        .iter()
        .map(|section| section.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Floor, Near",
            "Floor, Far",
            "Floor (2), Near",
            "Zone 3, Near"
        ]
    );
}

fn rectangle(x: f64, y: f64, words: &str) -> Value {
    json!({
        "shape": "rectangle", "position": {"x": x, "y": y}, "rectangle": {"width": 40, "height": 20},
        "color": "#ABCDEF", "text": {"text": words, "position": {"x": 20, "y": 10}},
    })
}

fn focus_with(areas: &[Value]) -> (i32, i32) {
    let (plan, _) = read(&with(two_rows(), "/zones/0/areas", json!(areas))).unwrap();
    (plan.focus.x, plan.focus.y)
}

#[test]
fn people_look_at_the_stage_else_at_the_only_area_else_at_the_upper_edge() {
    let stairs = rectangle(500.0, 0.0, "Stairs");
    let stage = rectangle(0.0, -100.0, "HAUPTBÜHNE");
    assert_eq!(focus_with(&[stairs.clone(), stage]), (12_000, 11_000));
    assert_eq!(focus_with(std::slice::from_ref(&stairs)), (62_000, 21_000));
    assert_eq!(focus_with(&[stairs.clone(), stairs]), (12_500, 19_000));
    assert_eq!(focus_with(&[]), (12_500, 19_000));
}

#[test]
fn areas_are_kept_as_drawings_in_the_plans_own_points() {
    let mut turned = rectangle(10.0, 0.0, "Bar");
    turned["rotation"] = json!(90);
    turned["color"] = json!("red;background:url(//evil)");
    let polygon = json!({
        "shape": "polygon", "position": {"x": 1, "y": 2}, "rotation": 0,
        "polygon": {"points": [{"x": 0, "y": 0}, {"x": 5, "y": 0}, {"x": 0, "y": 5}]},
    });
    let circle = json!({"shape": "circle", "position": {"x": 7, "y": 7}, "circle": {"radius": 3}});
    let areas = json!([turned, polygon, circle]);
    let (plan, report) = read(&with(two_rows(), "/zones/0/areas", areas)).unwrap();
    assert_eq!(report.areas, 3);
    let drawings = serde_json::to_value(&plan.areas).unwrap();
    assert_eq!(
        drawings[0]["outline"]["positionX"], 10_000,
        "turned around its corner"
    );
    assert_eq!(drawings[0]["outline"]["positionY"], 22_000);
    assert_eq!(
        drawings[0].get("color"),
        None,
        "only plain colours reach a page"
    );
    assert_eq!(
        drawings[1]["outline"]["points"][1],
        json!({"x": 10_600, "y": 20_200})
    );
    assert_eq!(drawings[2]["outline"]["sizeX"], 600);
}

#[test]
fn an_area_that_cannot_be_drawn_is_refused_with_its_place() {
    let mut endless = rectangle(0.0, 0.0, "");
    endless["rectangle"]["width"] = json!(1e12);
    for area in [
        json!({"shape": "rectangle"}),
        json!({"shape": "spiral"}),
        endless,
    ] {
        let told = faults(&with(two_rows(), "/zones/0/areas", json!([area])));
        assert_eq!(
            told,
            ["zones[0].areas[0]: the area's shape is unknown, incomplete or absurdly large"]
        );
    }
}

#[test]
fn floors_drawn_on_top_of_each_other_are_reported() {
    let mut plan = two_rows();
    let mut upper = plan["zones"][0].clone();
    upper["name"] = json!("Gallery");
    upper["rows"] = json!([row("g", "A", (1.0, 1.0), "Near", 2)]);
    plan["zones"].as_array_mut().unwrap().push(upper);
    let (_, report) = read(&plan).unwrap();
    assert!(
        report
            .to_string()
            .contains("2 seats are drawn on top of others"),
        "{report}"
    );
}

mod stored {
    use std::io::Write;

    use super::*;

    /// A file that is deleted with its handle's folder.
    struct Scratch(PathBuf);

    impl Scratch {
        fn with(bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("plan-{}.json", uuid::Uuid::now_v7()));
            std::fs::File::create(&path)
                .unwrap()
                .write_all(bytes)
                .unwrap();
            Self(path)
        }

        fn request(&self) -> ImportPlan {
            ImportPlan {
                file: self.0.clone(),
                ..request(&["Near=8000", "Far=0"])
            }
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            std::fs::remove_file(&self.0).expect("the scratch file is still there");
        }
    }

    async fn refusal(pool: &PgPool, request: &ImportPlan) -> String {
        let error = import_plan(pool, request).await.unwrap_err();
        assert!(matches!(error, ImportError::Refused(_)), "{error}");
        error.to_string()
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn a_plan_is_stored_as_it_was_read(pool: PgPool) {
        let stage = json!([rectangle(0.0, -100.0, "Stage")]);
        let file = Scratch::with(
            with(two_rows(), "/zones/0/areas", stage)
                .to_string()
                .as_bytes(),
        );
        let imported = import_plan(&pool, &file.request()).await.unwrap();
        assert_eq!(imported.slug, "the-hall");
        let mut connection = pool.acquire().await.unwrap();
        let stored = store::places::plan_for_share(&mut connection, "the-hall")
            .await
            .unwrap()
            .unwrap();
        let bytes = std::fs::read(&file.0).unwrap();
        let (plan, report) = read_with(&bytes, &file.request()).unwrap();
        let sections: Vec<_> = stored
            .sections
            .into_iter()
            .map(|stored| stored.section)
            .collect();
        assert_eq!((sections, stored.focus), (plan.sections, plan.focus));
        assert_eq!(
            store::places::areas(&pool, stored.venue_id).await.unwrap(),
            plan.areas
        );
        assert_eq!(imported.report, report);
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn a_venue_of_the_same_name_is_refused_and_of_another_city_gets_its_own_slug(
        pool: PgPool,
    ) {
        let file = Scratch::with(two_rows().to_string().as_bytes());
        import_plan(&pool, &file.request()).await.unwrap();
        let again = ImportPlan {
            venue: "THE hall".to_owned(),
            ..file.request()
        };
        assert_eq!(
            refusal(&pool, &again).await,
            "--venue: there is a venue of this name in this city already: the-hall"
        );
        let elsewhere = ImportPlan {
            city: "Köln".to_owned(),
            ..file.request()
        };
        assert_eq!(
            import_plan(&pool, &elsewhere).await.unwrap().slug,
            "the-hall-2"
        );
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn a_file_of_200_mb_is_refused_before_it_is_read_whole(pool: PgPool) {
        let file = Scratch::with(b"{");
        let opened = std::fs::OpenOptions::new()
            .write(true)
            .open(&file.0)
            .unwrap();
        // Sparse, so it takes no room.
        opened.set_len(200_000_000).unwrap();
        assert!(
            refusal(&pool, &file.request())
                .await
                .ends_with("the file is larger than 96 MiB")
        );
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn a_refused_plan_leaves_nothing_behind(pool: PgPool) {
        let file = Scratch::with(plan(&[]).to_string().as_bytes());
        refusal(&pool, &file.request()).await;
        let venues = sqlx::query_scalar!("select count(*) from venue")
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(venues, Some(0));
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn a_file_that_is_not_there_is_told_by_name(pool: PgPool) {
        let missing = ImportPlan {
            file: PathBuf::from("/nowhere/plan.json"),
            ..request(&[])
        };
        let error = import_plan(&pool, &missing).await.unwrap_err();
        assert!(
            error.to_string().starts_with("/nowhere/plan.json: "),
            "{error}"
        );
    }
}
