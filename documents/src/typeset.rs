//! From text of any script to lines of placed glyphs.
//!
//! ```text
//! text ─▶ a font for each cluster ─▶ lines (UAX #14) ─▶ directions (UAX #9) ─▶ shaped runs ─▶ glyphs
//! ```
//!
//! What no font can set is written out as its code point, so that nobody ever looks at an empty box.

mod faced;
#[cfg(test)]
mod tests;

use std::ops::Range;

use unicode_bidi::BidiInfo;
use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;

use self::faced::{FacedText, Unit};
use crate::fonts::{Face, Weight};

/// How lines follow each other, in em: for Latin and its like, and for scripts that stack their signs.
const LEADING: f32 = 1.24;
const LEADING_TALL: f32 = 1.6;
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
