//! Where a body may be cut on its way: a network keeps no borders.

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    EveryByte,
    InsideCharacters,
    InsideLineEnds,
    BetweenEvents,
    InsideEvents,
    Random,
}

impl Place {
    pub(crate) const ALL: [Self; 6] = [
        Self::EveryByte,
        Self::InsideCharacters,
        Self::InsideLineEnds,
        Self::BetweenEvents,
        Self::InsideEvents,
        Self::Random,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EveryByte => "byte by byte",
            Self::InsideCharacters => "cut inside characters",
            Self::InsideLineEnds => "cut inside line ends",
            Self::BetweenEvents => "cut between events",
            Self::InsideEvents => "cut inside events",
            Self::Random => "cut at random",
        }
    }
}

/// A source of random places, the same for the same seed.
pub(crate) struct Cuts(u64);

impl Cuts {
    /// Each number has places of its own.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        // One step of SplitMix64, so that neighbouring seeds have nothing in common.
        let mixed = (seed ^ number.rotate_left(32)).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(mixed | 1)
    }

    /// A xorshift generator is random enough for places.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0 % limit).unwrap_or(0)
    }

    /// The body in pieces, none of them empty.
    pub(crate) fn cut<'a>(&mut self, body: &'a [u8], place: Place) -> Vec<&'a [u8]> {
        let longest = 1 + self.below(400);
        let mut pieces = Vec::new();
        let mut rest = body;
        let mut at = 0;
        while !rest.is_empty() {
            let length = match place {
                Place::Random => 1 + self.below(longest.min(rest.len())),
                place => (1..rest.len())
                    .find(|length| is_at(place, body, at + length))
                    .unwrap_or(rest.len()),
            };
            let (piece, after) = rest.split_at(length);
            pieces.push(piece);
            rest = after;
            at += length;
        }
        pieces
    }

    /// The body cut wherever a rule and not chance says so, but for between every two bytes.
    pub(crate) fn cut_at_all_kinds<'a>(&mut self, body: &'a [u8]) -> Vec<&'a [u8]> {
        let kinds = [
            Place::InsideCharacters,
            Place::InsideLineEnds,
            Place::BetweenEvents,
            Place::InsideEvents,
        ];
        let mut pieces = vec![body];
        for kind in kinds {
            pieces = pieces.into_iter().flat_map(|piece| self.cut(piece, kind)).collect();
        }
        pieces
    }
}

/// How far a line's beginning may be behind for its column to matter.
const LOOK_BACK: usize = 18;

/// Whether a place of this kind lies before the byte at this index.
fn is_at(place: Place, body: &[u8], index: usize) -> bool {
    let byte = |index: usize| body.get(index).copied().unwrap_or_default();
    let (before, after) = (byte(index.wrapping_sub(1)), byte(index));
    let start = body.get(..index).unwrap_or_default();
    match place {
        Place::EveryByte => true,
        Place::InsideCharacters => after & 0b1100_0000 == 0b1000_0000,
        Place::InsideLineEnds => {
            matches!((before, after), (b'\r' | b'\n', b'\r' | b'\n'))
        }
        Place::BetweenEvents => start.ends_with(b"\n\n") || start.ends_with(b"\n\r\n"),
        // Between its lines, within a field's name, behind its colon, and within its value.
        Place::InsideEvents => {
            let tail = start.get(start.len().saturating_sub(LOOK_BACK)..).unwrap_or_default();
            let end = tail.iter().rposition(|byte| *byte == b'\n');
            let column = end.map_or(tail.len(), |at| tail.len() - at - 1);
            let begins_line = column == 0 && !is_at(Place::BetweenEvents, body, index);
            begins_line || matches!(column, 2 | 5 | 6 | 17)
        }
        Place::Random => false,
    }
}

/// A stream with the other kind of line ends; nothing, where it has more than plain ones.
pub(crate) fn with_cr_lf(body: &[u8]) -> Option<Vec<u8>> {
    (!body.contains(&b'\r')).then(|| {
        let plain = |byte: &u8| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] };
        body.iter().flat_map(plain).collect()
    })
}
