//! Tickets as other programs see them: their text by `pdftotext`, their code read from the picture that
//! `pdftoppm` paints.

#![expect(clippy::unwrap_used, reason = "a test ends where its setting fails")]

use std::path::Path;
use std::process::Command;

use documents::ticket::{Occasion, Ticket, Words, pdf};
use domain::TicketId;
use uuid::Uuid;

const CODE: &str = "FR1.AAAAAAAAAAAAAAAAAAAAAAcAAAAAAAAAAAAAAAAAAAAIQUJDRDIzNDU.\
    3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ow";

fn occasion() -> Occasion {
    Occasion {
        title: "Die Nacht der langen Schatten".to_owned(),
        artists: vec!["Mira Falk".to_owned(), "Ensemble Żuraw".to_owned()],
        venue: "Lindenhof Theatre".to_owned(),
        address: vec![
            "Unter den Linden 7".to_owned(),
            "10117 Berlin".to_owned(),
            "DE".to_owned(),
        ],
        when: "Thursday, 2 July 2026, 19:00".to_owned(),
        when_more: "CEST (UTC+2) · doors open at 18:00".to_owned(),
        pnr: "K7MX2P9Q".to_owned(),
        document_title: "Die Nacht der langen Schatten: tickets K7MX2P9Q".to_owned(),
        words: words(),
    }
}

fn words() -> Words {
    let rules = [
        "Admits one person, once.",
        "Keep the code flat.",
        "Come in time.",
        "Ask us.",
    ];
    let said = |word: &str| word.to_owned();
    Words {
        language: "en",
        when: said("WHEN"),
        place: said("WHERE"),
        section: said("SECTION"),
        row: said("ROW"),
        seat: said("SEAT"),
        standing: (said("PLACE"), said("Free choice")),
        holder: said("HOLDER"),
        anybody: said("Whoever presents it"),
        price: said("PRICE, ALL-IN"),
        order: said("ORDER"),
        show_code: said("Show this code at the door"),
        code: said("The ticket's QR code"),
        rules_heading: said("GOOD TO KNOW"),
        rules: rules.map(said).to_vec(),
    }
}

fn ticket(number: usize, holder: &str) -> Ticket {
    Ticket {
        ticket_id: TicketId(Uuid::from_u128(u128::try_from(number).unwrap())),
        number: format!("TICKET {number} OF 3"),
        section: "Stalls left".to_owned(),
        row: Some("C".to_owned()),
        seat: Some(format!("{}", 11 + number)),
        holder: holder.to_owned(),
        price: "80.05 EUR".to_owned(),
        stub: format!("Row C · Seat {}", 11 + number),
        footer: format!("Frontrow · order K7MX2P9Q · ticket {number}"),
        code: CODE.replace("AAAc", &format!("AA{number}c")),
    }
}

/// Runs one of poppler's programs on a file; its last argument is where it writes.
fn poppler(program: &str, arguments: &[&str], file: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("tickets.pdf");
    std::fs::write(&input, file).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(&input)
        .arg("-")
        .output();
    let output = output.unwrap_or_else(|error| panic!("{program}, of poppler-utils: {error}"));
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "the file is sound"
    );
    output.stdout
}

fn text(file: &[u8]) -> String {
    String::from_utf8(poppler("pdftotext", &["-layout"], file)).unwrap()
}

/// A page as a grey picture: its width, its height, and a byte for each pixel.
fn picture(file: &[u8], page: usize, dots_per_inch: &str) -> (usize, usize, Vec<u8>) {
    let page = page.to_string();
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("tickets.pdf");
    std::fs::write(&input, file).unwrap();
    let output = Command::new("pdftoppm")
        .args(["-gray", "-r", dots_per_inch, "-f", &page, "-l", &page])
        .arg(&input)
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    grey_map(&output.stdout)
}

/// Reads a binary PGM: `P5 width height 255`, then the pixels.
fn grey_map(bytes: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let length = bytes[at..]
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap();
        fields.push(std::str::from_utf8(&bytes[at..at + length]).unwrap());
        at += length + 1;
    }
    assert_eq!((fields[0], fields[3]), ("P5", "255"));
    let (width, height) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
    (width, height, bytes[at..at + width * height].to_vec())
}

fn codes(file: &[u8], page: usize, dots_per_inch: &str) -> Vec<String> {
    let (width, height, pixels) = picture(file, page, dots_per_inch);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let grids = image.detect_grids();
    grids.iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn a_ticket_says_what_when_where_which_place_and_whose() {
    let file = pdf(&occasion(), &[ticket(2, "Ada Lovelace")]);
    let text = text(&file);
    for words in [
        "TICKET 2 OF 3",
        "Die Nacht der langen",
        "Mira Falk · Ensemble Żuraw",
        "Thursday, 2 July 2026, 19:00",
        "CEST (UTC+2) · doors open at 18:00",
        "Lindenhof Theatre",
        "Unter den Linden 7, 10117 Berlin, DE",
        "Stalls left",
        "Ada Lovelace",
        "80.05 EUR",
        "K7MX2P9Q",
        "HOLDER",
        "GOOD TO KNOW",
        "Admits one person, once.",
        "Ask us.",
        "Show this code at the door",
    ] {
        assert!(text.contains(words), "{words:?} in {text}");
    }
}

#[test]
fn a_ticket_speaks_the_language_that_it_is_given_and_says_which() {
    let german = Occasion {
        words: Words {
            language: "de",
            holder: "NAME".to_owned(),
            rules: vec!["Für eine Person.".to_owned()],
            ..words()
        },
        ..occasion()
    };
    let file = pdf(&german, &[ticket(1, "Ada")]);
    let text = text(&file);
    assert!(
        text.contains("NAME") && text.contains("Für eine Person."),
        "{text}"
    );
    assert!(
        !text.contains("HOLDER") && !text.contains("Ask us."),
        "{text}"
    );
    let document = lopdf::Document::load_mem(&file).unwrap();
    let language = document.catalog().unwrap().get(b"Lang").unwrap();
    assert_eq!(language.as_str().unwrap(), b"de");
}

#[test]
fn names_of_many_scripts_are_read_from_the_file() {
    for name in [
        "Łódź Żółć",
        "Жанна Щербакова",
        "Ελένη Παπαδοπούλου",
        "Nguyễn Thị Hồng Nhung",
        "Çağrı Şahin",
        "אברהם כהן",
        "محمد عبد الله",
        "क्षमा शर्मा",
        "สมชาย น้ำใจ",
        "გიორგი",
        "Արմեն",
        "山田太郎",
        "김민준",
        "Ada € 🎭",
    ] {
        let text = text(&pdf(&occasion(), &[ticket(1, name)]));
        for word in name.split(' ') {
            assert!(text.contains(word), "{word:?} of {name:?} in {text}");
        }
    }
}

#[test]
fn the_code_is_read_from_the_picture_on_paper_and_on_a_small_screen() {
    let tickets = [ticket(1, "Ada"), ticket(2, "Grace"), ticket(3, "Edsger")];
    let file = pdf(&occasion(), &tickets);
    for (page, ticket) in (1..).zip(&tickets) {
        assert_eq!(codes(&file, page, "150"), [ticket.code.as_str()]);
    }
    assert_eq!(codes(&file, 2, "96"), [tickets[1].code.as_str()]);
}

#[test]
fn a_file_has_a_page_a_ticket_and_says_its_title_and_language() {
    let tickets: Vec<Ticket> = (1..=10).map(|number| ticket(number, "Ada")).collect();
    let file = pdf(&occasion(), &tickets);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tickets.pdf");
    std::fs::write(&path, &file).unwrap();
    let info = info(&path, &[]);
    for line in [
        "Pages:           10",
        "Tagged:          yes",
        "Author:          Lindenhof Theatre",
    ] {
        assert!(info.contains(line), "{line:?} in {info}");
    }
    assert!(
        info.contains("Title:           Die Nacht der langen Schatten: tickets K7MX2P9Q"),
        "{info}"
    );
    let structure = self::info(&path, &["-struct-text"]);
    assert!(
        structure.contains("H1") && structure.contains("Figure"),
        "{structure}"
    );
    assert!(file.len() < 200_000, "{} bytes", file.len());
}

fn info(path: &Path, arguments: &[&str]) -> String {
    let output = Command::new("pdfinfo")
        .args(arguments)
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_longest_texts_stay_on_the_page() {
    let occasion = Occasion {
        title: "A very long title of an evening ".repeat(20),
        artists: vec!["An artist of many names".to_owned(); 12],
        ..occasion()
    };
    let long = Ticket {
        section: "Balcony, second tier, left hand side, restricted view".to_owned(),
        row: Some("AAAA".to_owned()),
        seat: Some("1234".to_owned()),
        ..ticket(1, &"Wolfeschlegelsteinhausenbergerdorff ".repeat(5))
    };
    let file = pdf(&occasion, std::slice::from_ref(&long));
    assert_eq!(codes(&file, 1, "150"), [long.code.as_str()]);
    let text = text(&file);
    assert!(
        text.contains("restricted") && text.contains("AAAA") && text.contains("1234"),
        "{text}"
    );
    assert!(text.contains("K7MX2P9Q · ticket"), "{text}");
}
