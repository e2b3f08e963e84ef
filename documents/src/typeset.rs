//! From text of any script to lines of placed glyphs.
//!
//! ```text
//! text ─▶ a font for each cluster ─▶ lines (UAX #14) ─▶ directions (UAX #9) ─▶ shaped runs ─▶ glyphs
//! ```
//!
//! What no font can set is written out as its code point, so that nobody ever looks at an empty box.

use std::ops::Range;

use unicode_bidi::BidiInfo;
use unicode_linebreak::linebreaks;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::fonts::{Face, Glyph, Weight, is_filler, is_invisible};

/// How lines follow each other, in em: for Latin and its like, and for scripts that stack their signs.
const LEADING: f32 = 1.24;
const LEADING_TALL: f32 = 1.6;
/// The width of a space in em, a little more than in any of the fonts, so that a sum of parts is never
/// less than the line they make.
const SPACE: f32 = 0.3;
/// The widest of the other spaces, in em.
const SPACE_MAX: f32 = 1.0;
/// How much smaller a text is tried next if it does not fit.
const SHRINK: f32 = 0.94;

/// How text looks. Lengths are in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub size: f32,
    pub weight: Weight,
    /// Room between letters, in em. It is for labels of plain letters: it tears joined scripts apart.
    pub tracking: f32,
}

/// What a text may take up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// In points.
    pub width: f32,
    /// With more lines than these it is set smaller …
    pub lines: usize,
    /// … but not below this size; and …
    pub size_min: f32,
    /// … with more lines than these, it is cut.
    pub lines_max: usize,
}

/// Lines of one size.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub lines: Vec<Line>,
    pub style: Style,
    /// From baseline to baseline, in points.
    pub leading: f32,
}

/// A line, from left to right as it is drawn. Lengths are in em.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub runs: Vec<Run>,
    pub width: f32,
    /// What it says, in reading order.
    pub text: String,
}

/// Glyphs of one font.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub face: Face,
    pub glyphs: Vec<Placed>,
}

/// A glyph at its place on the line, in em.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub id: u16,
    pub x: f32,
    pub y: f32,
    /// The characters that it stands for, where that can be told of it alone.
    pub says: Option<String>,
}

/// A part of a text that stays on one line. Lengths are in em.
#[derive(Clone)]
struct Unit {
    range: Range<usize>,
    /// Without the white space at its end.
    width: f32,
    /// With it.
    advance: f32,
}

/// A text with the font of each of its parts.
struct FacedText {
    text: String,
    faces: Vec<(Range<usize>, Face)>,
}

/// A text that is to be broken into lines.
struct Paragraph {
    faced: FacedText,
    tracking: f32,
    /// From one opportunity to break to the next.
    units: Vec<Unit>,
}

impl Style {
    pub const fn new(size: f32, weight: Weight) -> Self {
        Self {
            size,
            weight,
            tracking: 0.0,
        }
    }
}

impl Block {
    pub fn height(&self) -> f32 {
        self.leading * self.lines.len() as f32
    }

    /// The width of its widest line, in points.
    #[cfg(test)]
    fn width(&self) -> f32 {
        let widths = self.lines.iter().map(|line| line.width);
        widths.fold(0.0, f32::max) * self.style.size
    }
}

impl Line {
    /// Whether its characters can be read from its glyphs, one by one.
    pub fn is_plain(&self) -> bool {
        let mut glyphs = self.runs.iter().flat_map(|run| &run.glyphs);
        glyphs.all(|glyph| glyph.says.is_some())
    }
}

/// Sets a text in a room: as large as the style wants if it can be, smaller if it must.
pub fn fit(text: &str, style: Style, room: Room) -> Block {
    let paragraph = Paragraph::new(text, style);
    let mut style = style;
    loop {
        let breaks = paragraph.breaks(room.width / style.size);
        let smaller = style.size * SHRINK;
        if breaks.len() <= room.lines || smaller < room.size_min {
            let lines = paragraph.lines(breaks);
            return Block::of(cut(lines, style, room), style);
        }
        style.size = smaller;
    }
}

/// Sets a text on one line, however long it is.
pub fn line(text: &str, style: Style) -> Block {
    let paragraph = Paragraph::new(text, style);
    Block::of(paragraph.lines(paragraph.breaks(f32::INFINITY)), style)
}

/// Ends with an ellipsis where there is no room for all.
fn cut(mut lines: Vec<Line>, style: Style, room: Room) -> Vec<Line> {
    if lines.len() <= room.lines_max {
        return lines;
    }
    lines.truncate(room.lines_max);
    if let Some(last) = lines.pop() {
        let mut clusters: Vec<&str> = last.text.trim_end().graphemes(true).collect();
        clusters.truncate(clusters.len().saturating_sub(2));
        let text = format!("{}…", clusters.concat());
        lines.extend(line(&text, style).lines);
    }
    lines
}

impl Block {
    fn of(lines: Vec<Line>, style: Style) -> Self {
        let mut runs = lines.iter().flat_map(|line| &line.runs);
        let is_tall = runs.any(|run| run.face.is_tall());
        let leading = style.size * if is_tall { LEADING_TALL } else { LEADING };
        Self {
            lines,
            style,
            leading,
        }
    }
}

impl FacedText {
    fn new(text: &str, weight: Weight) -> Self {
        let mut faced = Self {
            text: String::with_capacity(text.len()),
            faces: Vec::new(),
        };
        let shown = text.trim().chars().filter(|it| !is_filler(*it));
        let text: String = shown.map(without_breaks).collect();
        for cluster in text.graphemes(true) {
            faced.push_cluster(cluster, weight);
        }
        faced
    }

    /// As it is; else composed or taken apart; else each character for itself.
    fn push_cluster(&mut self, cluster: &str, weight: Weight) {
        if let Some(face) = Face::of(cluster, weight) {
            return self.push(cluster, face);
        }
        let others: [String; 2] = [cluster.nfc().collect(), cluster.nfkd().collect()];
        for other in others {
            if let Some(face) = Face::of(&other, weight) {
                return self.push(&other, face);
            }
        }
        for character in cluster.chars() {
            let lone = character.to_string();
            match Face::of(&lone, weight) {
                Some(face) => self.push(&lone, face),
                None => self.push(&written_out(character), Face::first(weight)),
            }
        }
    }

    fn push(&mut self, text: &str, face: Face) {
        let begin = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        match self.faces.last_mut() {
            Some((range, last)) if *last == face => range.end = end,
            _ => self.faces.push((begin..end, face)),
        }
    }

    fn line(&self, bidi: &BidiInfo<'_>, range: Range<usize>, tracking: f32) -> Line {
        // White space at a line's end takes no room.
        let text = self.text[range.clone()].trim_end();
        let range = range.start..range.start + text.len();
        let mut line = Line {
            runs: Vec::new(),
            width: 0.0,
            text: text.to_owned(),
        };
        let Some(whole) = bidi.paragraphs.first().filter(|_| !range.is_empty()) else {
            return line;
        };
        let (levels, runs) = bidi.visual_runs(whole, range);
        for run in runs {
            let is_right_to_left = levels[run.start].is_rtl();
            let mut parts = self.parts(&run);
            if is_right_to_left {
                parts.reverse();
            }
            for (part, face) in parts {
                line.push(face, &self.text[part], is_right_to_left, tracking);
            }
        }
        line
    }

    /// The parts of a range that have one font each, in reading order.
    fn parts(&self, range: &Range<usize>) -> Vec<(Range<usize>, Face)> {
        let parts = self.faces.iter().filter_map(|(part, face)| {
            let part = part.start.max(range.start)..part.end.min(range.end);
            (!part.is_empty()).then_some((part, *face))
        });
        parts.collect()
    }

    fn unit(&self, bidi: &BidiInfo<'_>, range: Range<usize>, tracking: f32) -> Unit {
        let width = self.line(bidi, range.clone(), tracking).width;
        let text = &self.text[range.clone()];
        let spaces = text[text.trim_end().len()..].chars();
        let spaces = spaces.map(|space| if space == ' ' { SPACE } else { SPACE_MAX } + tracking);
        Unit {
            advance: width + spaces.sum::<f32>(),
            range,
            width,
        }
    }
}

impl Paragraph {
    fn new(text: &str, style: Style) -> Self {
        let faced = FacedText::new(text, style.weight);
        let bidi = BidiInfo::new(&faced.text, None);
        let mut units = Vec::new();
        let mut begin = 0;
        for (end, _) in linebreaks(&faced.text) {
            units.push(faced.unit(&bidi, begin..end, style.tracking));
            begin = end;
        }
        Self {
            faced,
            tracking: style.tracking,
            units,
        }
    }

    fn lines(&self, breaks: Vec<Range<usize>>) -> Vec<Line> {
        let bidi = BidiInfo::new(&self.faced.text, None);
        let lines = breaks.into_iter();
        lines
            .map(|range| self.faced.line(&bidi, range, self.tracking))
            .collect()
    }

    /// Which part of the text each line has.
    fn breaks(&self, width: f32) -> Vec<Range<usize>> {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut taken = 0.0;
        let narrow = self.units.iter().flat_map(|unit| {
            if unit.width > width {
                self.clusters(unit)
            } else {
                vec![unit.clone()]
            }
        });
        for unit in narrow {
            match lines.last_mut() {
                Some(line) if taken + unit.width <= width => {
                    line.end = unit.range.end;
                    taken += unit.advance;
                }
                _ => {
                    lines.push(unit.range);
                    taken = unit.advance;
                }
            }
        }
        lines
    }

    /// The single clusters of what is wider than a line.
    fn clusters(&self, unit: &Unit) -> Vec<Unit> {
        let bidi = BidiInfo::new(&self.faced.text, None);
        let begin = unit.range.start;
        let clusters = self.faced.text[unit.range.clone()].grapheme_indices(true);
        let ranges = clusters.map(|(at, cluster)| begin + at..begin + at + cluster.len());
        ranges
            .map(|range| self.faced.unit(&bidi, range, self.tracking))
            .collect()
    }
}

impl Line {
    fn push(&mut self, face: Face, text: &str, is_right_to_left: bool, tracking: f32) {
        let shaped = face.shape(text, is_right_to_left);
        let mut says = what_glyphs_say(face, text, &shaped, is_right_to_left).into_iter();
        let mut glyphs = Vec::with_capacity(shaped.len());
        for glyph in &shaped {
            glyphs.push(Placed {
                id: glyph.id,
                x: self.width + glyph.shift_x,
                y: glyph.shift_y,
                says: says.next().flatten(),
            });
            self.width += glyph.advance + tracking;
        }
        self.runs.push(Run { face, glyphs });
    }
}

/// Which characters each glyph stands for, where that can be told of each for itself. From right to left it
/// always is, as well as it goes: readers put such text in order by its characters.
fn what_glyphs_say(
    face: Face,
    text: &str,
    glyphs: &[Glyph],
    is_right_to_left: bool,
) -> Vec<Option<String>> {
    let mut starts: Vec<usize> = glyphs.iter().map(|glyph| glyph.cluster).collect();
    starts.sort_unstable();
    let mut says = Vec::with_capacity(glyphs.len());
    for cluster in glyphs.chunk_by(|one, next| one.cluster == next.cluster) {
        let start = cluster[0].cluster;
        let next = starts[starts.partition_point(|it| *it <= start)..].first();
        let characters: Vec<char> = text[start..next.copied().unwrap_or(text.len())]
            .chars()
            .collect();
        says.extend(shares(face, &characters, cluster, is_right_to_left));
    }
    says
}

/// What each glyph of a cluster says.
fn shares(
    face: Face,
    characters: &[char],
    cluster: &[Glyph],
    is_right_to_left: bool,
) -> Vec<Option<String>> {
    if is_right_to_left {
        // Drawn from the left, so the cluster's last character comes first.
        let mut parts: Vec<String> = characters.iter().map(char::to_string).collect();
        if parts.len() > cluster.len() {
            let rest = parts.split_off(cluster.len() - 1).concat();
            parts.push(rest);
        }
        parts.resize(cluster.len(), "\u{200b}".to_owned());
        return parts.into_iter().rev().map(Some).collect();
    }
    let is_one_by_one = characters.len() == cluster.len()
        && cluster
            .iter()
            .zip(characters)
            .all(|(glyph, character)| face.glyph(*character) == Some(glyph.id));
    if is_one_by_one {
        characters.iter().map(|it| Some(it.to_string())).collect()
    } else {
        vec![None; cluster.len()]
    }
}

/// Whatever would end a line or a paragraph is a space here.
fn without_breaks(character: char) -> char {
    match character {
        '\u{2028}' | '\u{2029}' => ' ',
        _ if character.is_control() => ' ',
        _ => character,
    }
}

fn written_out(character: char) -> String {
    if is_invisible(character) {
        return String::new();
    }
    format!("[U+{:04X}]", u32::from(character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
}
