//! Posters drawn by rule: the same name gives the same picture, on any machine, at any size. Each style is a
//! few large shapes in one palette of five colours, cut by the picture's edge as a printed poster is.

mod styles;

use std::fmt::Write;

/// A picture's name says all of it: `rings:3:tempest` is style, palette and what chance is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poster {
    style: usize,
    palette: usize,
    seed: String,
}

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 4 by 5: beside a title.
    Tall,
    /// 16 by 9: above an article.
    Wide,
    /// 1200 by 630: what is shown where an address is shared.
    Shared,
    /// A square: a portrait.
    Square,
}

/// Ground, main, second, light and last colour.
type Palette = [&'static str; 5];

const PALETTES: [Palette; 12] = [
    ["#1b1464", "#4a3df0", "#ff6b4a", "#ffd166", "#f7f5f0"],
    ["#ffc2ad", "#e63946", "#1d3557", "#fff4ec", "#f4845f"],
    ["#0b3d2e", "#1f7a5c", "#f4d35e", "#faf0ca", "#ee964b"],
    ["#0d1321", "#27405f", "#ff8552", "#f0ebd8", "#748cab"],
    ["#2d0a31", "#8b2fa0", "#ff4d8d", "#fff0e0", "#ffb26b"],
    ["#f2e3c6", "#d1495b", "#00798c", "#fffaf0", "#edae49"],
    ["#c9f2dc", "#0e7c66", "#134074", "#ffffff", "#ff9f1c"],
    ["#8f2d14", "#d9562b", "#26110c", "#fbeec1", "#f5b841"],
    ["#dbe7ff", "#2f5bea", "#0f1b3d", "#ffffff", "#f472b6"],
    ["#f5f3ee", "#16151a", "#ff5a36", "#ffffff", "#c9c3b6"],
    ["#ffd23f", "#ee4266", "#2a1e5c", "#fff6d6", "#0ead69"],
    ["#102a43", "#1f6f8b", "#99d5c9", "#f6f4e8", "#f2a65a"],
];

impl Format {
    fn size(self) -> (f64, f64) {
        match self {
            Self::Tall => (400.0, 500.0),
            Self::Wide => (640.0, 360.0),
            Self::Shared => (1_200.0, 630.0),
            Self::Square => (400.0, 400.0),
        }
    }

    /// The format of this word in an address.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let all = [Self::Tall, Self::Wide, Self::Shared, Self::Square];
        all.into_iter().find(|format| format.as_str() == word)
    }

    /// The word for it in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tall => "tall",
            Self::Wide => "wide",
            Self::Shared => "shared",
            Self::Square => "square",
        }
    }
}

impl Poster {
    /// The picture of a name; nothing where there is no such style or palette.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut parts = name.splitn(3, ':');
        let style = parts.next()?;
        let style = styles::ALL.iter().position(|(known, _)| *known == style)?;
        let palette: usize = parts.next()?.parse().ok()?;
        let seed = parts.next()?;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let is_fitting = !seed.is_empty() && seed.len() <= 64 && seed.chars().all(is_plain);
        (palette < PALETTES.len() && is_fitting).then(|| Self {
            style,
            palette,
            seed: seed.to_owned(),
        })
    }

    /// A picture for something that was given none: one of these styles, in a palette by chance.
    #[must_use]
    pub fn by_chance(styles: &[&str], seed: &str) -> Self {
        let mut chance = Chance::of(seed);
        let wanted = styles[chance.below(styles.len().max(1))];
        let style = styles::ALL.iter().position(|(known, _)| *known == wanted);
        Self {
            style: style.unwrap_or_default(),
            palette: chance.below(PALETTES.len()),
            seed: seed.to_owned(),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        let style = styles::ALL[self.style].0;
        format!("{style}:{}:{}", self.palette, self.seed)
    }

    /// The colour that its ground has, as `#rrggbb`.
    #[must_use]
    pub fn ground(&self) -> &'static str {
        PALETTES[self.palette][0]
    }

    /// The picture as a whole SVG document.
    #[must_use]
    pub fn svg(&self, format: Format) -> String {
        let (width, height) = format.size();
        let mut sheet = Sheet {
            width,
            height,
            colours: PALETTES[self.palette],
            chance: Chance::of(&self.seed),
            shapes: String::new(),
        };
        styles::ALL[self.style].1(&mut sheet);
        let ground = self.ground();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>{}</svg>",
            sheet.shapes
        )
    }
}

/// What a style draws on.
struct Sheet {
    width: f64,
    height: f64,
    colours: Palette,
    chance: Chance,
    shapes: String,
}

impl Sheet {
    /// The shorter side: what sizes are told by.
    fn unit(&self) -> f64 {
        self.width.min(self.height)
    }

    fn put(&mut self, shape: &str) {
        self.shapes.push_str(shape);
    }

    fn circle(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        // Writing into memory cannot fail.
        let _ = write!(
            self.shapes,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{colour}\"/>"
        );
    }

    fn ring(&mut self, x: f64, y: f64, radius: f64, thickness: f64, colour: &str) {
        let _ = write!(
            self.shapes,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"none\" stroke=\"{colour}\" \
             stroke-width=\"{thickness:.1}\"/>"
        );
    }

    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, corner: f64, colour: &str) {
        let _ = write!(
            self.shapes,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{corner:.1}\" \
             fill=\"{colour}\"/>"
        );
    }

    fn path(&mut self, line: &str, colour: &str) {
        let _ = write!(self.shapes, "<path d=\"{line}\" fill=\"{colour}\"/>");
    }

    fn stroke(&mut self, line: &str, thickness: f64, colour: &str) {
        let _ = write!(
            self.shapes,
            "<path d=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thickness:.1}\"/>"
        );
    }
}

/// Numbers that look like chance and are always the same for a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn of(seed: &str) -> Self {
        let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        Self(seed.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, fold))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From nought, below `end`.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        let thousandth = u32::try_from(self.next() % 10_001).unwrap_or_default();
        low + (high - low) * f64::from(thousandth) / 10_000.0
    }

    fn is(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_same_picture_and_another_another() {
        for (style, _) in styles::ALL {
            let one = Poster::named(&format!("{style}:3:tempest")).unwrap();
            assert_eq!(one.name(), format!("{style}:3:tempest"));
            for format in [Format::Tall, Format::Wide, Format::Shared, Format::Square] {
                let svg = one.svg(format);
                assert_eq!(svg, one.svg(format));
                assert!(svg.len() < 24_000, "{style}: {} bytes", svg.len());
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{style}");
            }
            let other = Poster::named(&format!("{style}:3:other")).unwrap();
            assert_ne!(one.svg(Format::Tall), other.svg(Format::Tall), "{style}");
        }
    }

    #[test]
    fn what_names_no_picture_is_none() {
        for name in [
            "",
            "rings",
            "rings:3",
            "rings:99:a",
            "none:1:a",
            "rings:1:",
            "rings:1:<a>",
            "rings:x:a",
        ] {
            assert_eq!(Poster::named(name), None, "{name}");
        }
        assert_eq!(Poster::named(&format!("rings:1:{}", "a".repeat(65))), None);
    }

    #[test]
    fn chance_gives_one_of_the_styles_that_it_may() {
        for seed in ["a", "b", "c", "d"] {
            let poster = Poster::by_chance(&["waves", "tiles"], seed);
            assert!(
                ["waves", "tiles"]
                    .iter()
                    .any(|style| poster.name().starts_with(style))
            );
            assert_eq!(Poster::named(&poster.name()), Some(poster));
        }
    }
}
