use proptest::prelude::*;

use super::*;
use crate::fonts::is_filler;

const ROOM: Room = Room {
    width: 200.0,
    lines: 3,
    size_min: 9.0,
    lines_max: 12,
};
const STYLE: Style = Style::new(20.0, Weight::Bold);

fn glyphs(block: &Block) -> impl Iterator<Item = (Face, Placed)> + '_ {
    let runs = block.lines.iter().flat_map(|line| &line.runs);
    runs.flat_map(|run| run.glyphs.iter().map(|glyph| (run.face, glyph.clone())))
}

fn said(block: &Block) -> Vec<&str> {
    block.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_long_name_wraps_between_its_words_and_stays_within_its_width() {
    let room = Room { lines: 5, ..ROOM };
    let block = fit(
        "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior",
        STYLE,
        room,
    );
    assert!(block.lines.len() > 1);
    assert!(block.width() <= ROOM.width, "{}", block.width());
    let whole: String = block.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        whole.replace(' ', ""),
        "HubertBlaineWolfeschlegelsteinhausenbergerdorffSenior"
    );
}

#[test]
fn what_is_too_long_is_set_smaller_first_and_cut_only_at_the_end() {
    let block = fit("Evening of many words ".repeat(4).trim(), STYLE, ROOM);
    assert!(block.style.size < STYLE.size && block.style.size >= ROOM.size_min);
    assert!(block.lines.len() <= 3, "{:?}", said(&block));
    let block = fit(&"Evening of many words ".repeat(100), STYLE, ROOM);
    assert_eq!(block.lines.len(), 12);
    assert!(block.lines[11].text.ends_with('…'));
}

#[test]
fn right_to_left_names_are_laid_from_the_right_and_joined() {
    let block = line("محمد", STYLE);
    let run = &block.lines[0].runs[0];
    // The first letter is the rightmost glyph, and none is the lone form that the font's map gives.
    let lone = run.face.glyph('م').unwrap();
    assert!(run.glyphs.iter().all(|glyph| glyph.id != lone), "{run:?}");
    let mixed = line("Ada אבג 12", STYLE);
    let faces: Vec<&str> = mixed.lines[0]
        .runs
        .iter()
        .map(|run| run.face.name())
        .collect();
    assert!(faces.contains(&"NotoSansHebrew-Regular"), "{faces:?}");
    assert_eq!(mixed.lines[0].text, "Ada אבג 12");
}

#[test]
fn what_no_font_has_is_written_out_or_taken_apart() {
    assert_eq!(said(&line("A\u{10FFFD}", STYLE)), ["A[U+10FFFD]"]);
    assert_eq!(said(&line("𝓐𝓭𝓪", STYLE)), ["Ada"]);
    assert_eq!(said(&line("a\u{2028}b\tc", STYLE)), ["a b c"]);
    assert!(line("", STYLE).lines.is_empty());
}

#[test]
fn no_character_that_a_font_has_shows_an_empty_box() {
    // The first two planes hold all that the fonts have; the third range changes its neighbours only.
    let all = (' '..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}');
    for character in all.filter(|it| !is_filler(*it)) {
        let text = character.to_string();
        let Some(face) = Face::of(&text, Weight::Regular) else {
            continue;
        };
        for is_right_to_left in [false, true] {
            let glyphs = face.shape(&text, is_right_to_left);
            let is_sound = glyphs.iter().all(|glyph| glyph.id != 0);
            assert!(
                is_sound,
                "U+{:04X} in {}",
                u32::from(character),
                face.name()
            );
        }
    }
}

fn scripts() -> impl Strategy<Value = String> {
    let ranges = prop_oneof![
        prop::char::range('\u{20}', '\u{2FF}'),
        prop::char::range('\u{300}', '\u{6FF}'),
        prop::char::range('\u{900}', '\u{DFF}'),
        prop::char::range('\u{E00}', '\u{1FFF}'),
        prop::char::range('\u{2000}', '\u{2BFF}'),
        prop::char::range('\u{3000}', '\u{D7FF}'),
        prop::char::range('\u{E000}', '\u{FFFF}'),
        prop::char::range('\u{1F000}', '\u{1FAFF}'),
        any::<char>(),
    ];
    prop::collection::vec(ranges, 0..40).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_of_whatever_script_shows_an_empty_box(text in scripts()) {
        for weight in [Weight::Regular, Weight::Bold] {
            let block = fit(&text, Style::new(14.0, weight), ROOM);
            for (face, glyph) in glyphs(&block) {
                prop_assert!(glyph.id != 0, "{text:?} in {}", face.name());
                prop_assert!(glyph.x.is_finite() && glyph.y.is_finite());
            }
        }
    }

    #[test]
    fn lines_say_the_whole_text_in_order(text in "[a-zA-ZäöüŁłЖжΩω ]{0,80}") {
        let room = Room { lines: 100, lines_max: 100, ..ROOM };
        let block = fit(&text, STYLE, room);
        let whole: String = block.lines.iter().map(|line| line.text.replace(' ', "")).collect();
        prop_assert_eq!(whole, text.replace(' ', ""));
        prop_assert!(block.width() <= ROOM.width);
    }
}
