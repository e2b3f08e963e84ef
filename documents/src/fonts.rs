//! The fonts that come with the house, and which of them can set a piece of text.
//!
//! The first ones set most of the world's names; behind them stands a font for each further script. Each
//! is read when it is first needed.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use harfrust::{Buffer, Direction, Font, Script, ShapeOptions, ShapePlan, ShaperFont};
use printpdf::ParsedFont;

/// How heavy the letters are. Only the first scripts have both; the others are set regular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// One of the fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Face(usize);

/// A glyph where the shaper wants it. Lengths are in em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    pub id: u16,
    /// The byte of the text at which the characters begin that it stands for.
    pub cluster: usize,
    pub advance: f32,
    pub shift_x: f32,
    pub shift_y: f32,
}

struct Loaded {
    shaping: OnceLock<Font>,
    embedding: OnceLock<ParsedFont>,
    /// How it shapes each script and direction: dear to make, and asked for with every piece of text. A font
    /// sees few of them.
    plans: Mutex<Vec<Plan>>,
}

/// How a font shapes one script in one direction.
struct Plan {
    script: Option<Script>,
    direction: Direction,
    plan: Arc<ShapePlan>,
}

macro_rules! fonts {
    ($($file:literal),* $(,)?) => {
        const FILES: &[(&str, &[u8])] = &[$(($file, include_bytes!(concat!("../fonts/", $file, ".ttf")))),*];
    };
}

// In the order in which they are asked. The emoji stand behind the letters, for their digits are no digits.
fonts![
    "NotoSans-Regular",
    "NotoSans-Bold",
    "NotoSansArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansThai-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansBengali-Regular",
    "NotoSansTamil-Regular",
    "NotoSansTelugu-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansKannada-Regular",
    "NotoSansMalayalam-Regular",
    "NotoSansSinhala-Regular",
    "NotoSansLao-Regular",
    "NotoSansKhmer-Regular",
    "NotoSansMyanmar-Regular",
    "NotoSansEthiopic-Regular",
    "DroidSansFallback",
    "NotoEmoji-Regular",
    "NotoSansSymbols-Regular",
    "NotoSansSymbols2-Regular",
];

const REGULAR: Face = Face(0);
const BOLD: Face = Face(1);

static LOADED: [Loaded; FILES.len()] = [const {
    Loaded {
        shaping: OnceLock::new(),
        embedding: OnceLock::new(),
        plans: Mutex::new(Vec::new()),
    }
}; FILES.len()];

impl Face {
    /// The font that comes first for a weight.
    pub fn first(weight: Weight) -> Self {
        match weight {
            Weight::Regular => REGULAR,
            Weight::Bold => BOLD,
        }
    }

    /// The first font that has all these characters, if one has.
    pub fn of(text: &str, weight: Weight) -> Option<Self> {
        let first = Self::first(weight);
        if first.has(text) {
            return Some(first);
        }
        (2..FILES.len()).map(Self).find(|face| face.has(text))
    }

    /// Its name, as the file has it.
    pub fn name(self) -> &'static str {
        FILES[self.0].0
    }

    /// Whether it is one of those that come first.
    pub fn is_first(self) -> bool {
        self == REGULAR || self == BOLD
    }

    /// Whether its lines need more room than those of Latin letters.
    pub fn is_tall(self) -> bool {
        !self.is_first() && !matches!(self.name(), "DroidSansFallback" | "NotoSansHebrew-Regular")
    }

    /// The font as the document embeds it.
    pub fn embedded(self) -> &'static ParsedFont {
        LOADED[self.0].embedding.get_or_init(|| {
            let font = ParsedFont::from_bytes(FILES[self.0].1, 0, &mut Vec::new());
            font.expect("the fonts in this crate are sound")
        })
    }

    /// The glyph of a lone character.
    pub fn glyph(self, character: char) -> Option<u16> {
        let glyph = self.shaping().charmap().map_unicode(character)?;
        u16::try_from(glyph.to_u32()).ok().filter(|id| *id != 0)
    }

    /// Shapes text of one direction that this font has; from left to right, as it is drawn.
    pub fn shape(self, text: &str, is_right_to_left: bool) -> Vec<Glyph> {
        let font = self.shaping();
        let units = f32::from(font.units_per_em());
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.set_direction(if is_right_to_left {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        buffer.guess_segment_properties();
        let plan = self.plan(buffer.script(), buffer.direction());
        let options = ShapeOptions::new().plan(Some(&plan));
        let shaped = harfrust::shape(&ShaperFont::new(font), &mut buffer, options);
        shaped.expect("the plan is of the buffer's script and direction");
        let placed = buffer.glyph_infos().iter().zip(buffer.glyph_positions());
        let em = |length: i32| length as f32 / units;
        let glyphs = placed.map(|(info, position)| Glyph {
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            cluster: usize::try_from(info.cluster).unwrap_or(0),
            advance: em(position.x_advance),
            shift_x: em(position.x_offset),
            shift_y: em(position.y_offset),
        });
        glyphs.collect()
    }

    fn plan(self, script: Option<Script>, direction: Direction) -> Arc<ShapePlan> {
        // Whoever panicked while holding it had added a plan or none: both are sound.
        let plans = LOADED[self.0].plans.lock();
        let mut plans = plans.unwrap_or_else(PoisonError::into_inner);
        let mut known = plans.iter();
        let known = known.find(|it| it.script == script && it.direction == direction);
        if let Some(known) = known {
            return Arc::clone(&known.plan);
        }
        let plan = Arc::new(ShapePlan::new(self.shaping(), direction, script, None, &[]));
        plans.push(Plan {
            script,
            direction,
            plan: Arc::clone(&plan),
        });
        plan
    }

    fn has(self, text: &str) -> bool {
        let characters = text.chars();
        let mut visible = characters.filter(|character| !is_invisible(*character));
        visible.all(|character| self.glyph(character).is_some())
    }

    fn shaping(self) -> &'static Font {
        LOADED[self.0].shaping.get_or_init(|| {
            let font = Font::new(FILES[self.0].1, 0);
            font.expect("the fonts in this crate are sound")
        })
    }
}

/// Whether a character shows nothing of itself and only changes its neighbours. The shaper leaves them out:
/// these are the ones it takes for Unicode's `Default_Ignorable_Code_Point`.
pub fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff
        | 0xfff0..=0xfff8 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Whether a character stands for nothing at all, although a shaper looks for its glyph: the fillers of Hangul
/// and the format signs of shorthand.
pub fn is_filler(character: char) -> bool {
    matches!(u32::from(character), 0x115f..=0x1160 | 0x3164 | 0xffa0 | 0x1bca0..=0x1bca3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_is_sound_and_sets_its_own_script() {
        let samples = [
            ("NotoSans-Regular", "Łódź Ж € Ωμέγα Nguyễn Thị Hồng"),
            ("NotoSansArabic-Regular", "محمد"),
            ("NotoSansHebrew-Regular", "שָׁלוֹם"),
            ("NotoSansDevanagari-Regular", "क्षत्रिय"),
            ("NotoSansThai-Regular", "น้ำ"),
            ("NotoSansGeorgian-Regular", "თბილისი"),
            ("NotoSansArmenian-Regular", "Երևան"),
            ("NotoSansBengali-Regular", "কলকাতা"),
            ("NotoSansTamil-Regular", "சென்னை"),
            ("NotoSansTelugu-Regular", "హైదరాబాద్"),
            ("NotoSansGujarati-Regular", "ગુજરાત"),
            ("NotoSansGurmukhi-Regular", "ਪੰਜਾਬ"),
            ("NotoSansKannada-Regular", "ಬೆಂಗಳೂರು"),
            ("NotoSansMalayalam-Regular", "കൊച്ചി"),
            ("NotoSansSinhala-Regular", "කොළඹ"),
            ("NotoSansLao-Regular", "ວຽງຈັນ"),
            ("NotoSansKhmer-Regular", "ភ្នំពេញ"),
            ("NotoSansMyanmar-Regular", "ရန်ကုန်"),
            ("NotoSansEthiopic-Regular", "አዲስ"),
            ("DroidSansFallback", "東京서울ひらがな"),
            ("NotoEmoji-Regular", "🎭"),
            ("NotoSansSymbols2-Regular", "✓"),
        ];
        for (name, text) in samples {
            let face = Face::of(text, Weight::Regular).unwrap();
            assert_eq!(face.name(), name, "{text}");
            assert!(face.embedded().num_glyphs > 0);
            let is_right_to_left =
                matches!(name, "NotoSansArabic-Regular" | "NotoSansHebrew-Regular");
            let glyphs = face.shape(text, is_right_to_left);
            assert!(
                glyphs.iter().all(|glyph| glyph.id != 0),
                "{text}: {glyphs:?}"
            );
        }
    }
}
