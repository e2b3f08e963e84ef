//! A text with a font for each of its clusters, in the order in which it is drawn, and what its glyphs say.

use std::ops::Range;

use unicode_bidi::BidiInfo;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{Line, Placed, Run};
use crate::fonts::{Face, Glyph, Weight, is_filler, is_invisible};

/// The width of a space in em, a little more than in any of the fonts, so that a sum of parts is never
/// less than the line they make.
const SPACE: f32 = 0.3;
/// The widest of the other spaces, in em.
const SPACE_MAX: f32 = 1.0;

/// A part of a text that stays on one line. Lengths are in em.
#[derive(Clone)]
pub(super) struct Unit {
    pub(super) range: Range<usize>,
    /// Without the white space at its end.
    pub(super) width: f32,
    /// With it.
    pub(super) advance: f32,
}

/// A text with the font of each of its parts.
pub(super) struct FacedText {
    pub(super) text: String,
    faces: Vec<(Range<usize>, Face)>,
}

impl FacedText {
    pub(super) fn new(text: &str, weight: Weight) -> Self {
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

    pub(super) fn line(&self, bidi: &BidiInfo<'_>, range: Range<usize>, tracking: f32) -> Line {
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

    pub(super) fn unit(&self, bidi: &BidiInfo<'_>, range: Range<usize>, tracking: f32) -> Unit {
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
