//! Which words look like another, by the threes of letters that both have: `pg_trgm`'s measure.

use std::collections::HashMap;

/// How alike a word must be to be taken for another.
const LIKENESS_MIN: f32 = 0.3;
/// For how many it is taken.
const NEIGHBOURS_MAX: usize = 3;

/// Three letters in a row; a word has two spaces before it and one behind.
type Three = [char; 3];

/// The threes of a list of words.
#[derive(Debug, Default)]
pub(super) struct Likeness {
    /// The words that have it, by their places in the list.
    having: HashMap<Three, Vec<usize>>,
    /// How many each word has.
    counts: Vec<u16>,
}

impl Likeness {
    /// Takes the words' threes down.
    pub fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut likeness = Self::default();
        for (place, word) in words.enumerate() {
            let threes = threes(word);
            likeness.counts.push(count(threes.len()));
            for three in threes {
                likeness.having.entry(three).or_default().push(place);
            }
        }
        likeness
    }

    /// The places of the words that are most alike, the nearest first.
    pub fn nearest(&self, word: &str) -> Vec<usize> {
        let asked = threes(word);
        let mut shared = vec![0_u16; self.counts.len()];
        for place in asked.iter().filter_map(|it| self.having.get(it)).flatten() {
            shared[*place] += 1;
        }
        let alike = shared.iter().zip(&self.counts).enumerate();
        let alike = alike.map(|(place, (&shared, &of_it))| {
            let all = count(asked.len()) + of_it - shared;
            (f32::from(shared) / f32::from(all.max(1)), place)
        });
        let mut near: Vec<(f32, usize)> = alike.filter(|(it, _)| *it >= LIKENESS_MIN).collect();
        near.sort_by(|(one, at), (other, other_at)| other.total_cmp(one).then(at.cmp(other_at)));
        near.truncate(NEIGHBOURS_MAX);
        near.into_iter().map(|(_, place)| place).collect()
    }
}

/// All threes of a word, each once. What is no letter or digit parts it.
fn threes(word: &str) -> Vec<Three> {
    let mut threes = Vec::new();
    for part in word.split(|letter: char| !letter.is_alphanumeric()) {
        if part.is_empty() {
            continue;
        }
        let padded = [' ', ' '].into_iter().chain(part.chars()).chain([' ']);
        let padded: Vec<char> = padded.collect();
        threes.extend(
            padded
                .windows(3)
                .map(|three| [three[0], three[1], three[2]]),
        );
    }
    threes.sort_unstable();
    threes.dedup();
    threes
}

fn count(threes: usize) -> u16 {
    u16::try_from(threes).expect("Postgres' words have at most 2,046 bytes")
}
