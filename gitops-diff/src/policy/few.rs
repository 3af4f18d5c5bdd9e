//! A handful of numbers without an allocation.

/// As many as fit in place.
const IN_PLACE: usize = 6;

/// A list of numbers; most have no or one member.
#[derive(Clone, Debug, Default)]
pub(super) struct Few {
    len: usize,
    first: [u32; IN_PLACE],
    rest: Vec<u32>,
}

impl Few {
    pub(super) fn push(&mut self, number: u32) {
        match self.first.get_mut(self.len) {
            Some(place) => *place = number,
            None => self.rest.push(number),
        }
        self.len += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let first = &self.first[..self.len.min(IN_PLACE)];
        first.iter().chain(&self.rest).copied()
    }
}

impl FromIterator<u32> for Few {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut few = Self::default();
        numbers.into_iter().for_each(|it| few.push(it));
        few
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_fit_in_place_are_kept_in_order() {
        let numbers: Vec<u32> = (0..20).collect();
        let few: Few = numbers.iter().copied().collect();
        assert_eq!(few.iter().collect::<Vec<_>>(), numbers);
        assert!(!few.is_empty() && Few::default().is_empty());
    }
}
