//! Where a run of lines occurs in a file: every place, in linear time (Knuth, Morris and Pratt 1977).

/// The first lines, from 0, of the places of `run` in `lines`, overlapping ones among them. A run of nothing occurs
/// nowhere.
pub(super) fn occurrences<T: AsRef<str>, U: AsRef<str>>(lines: &[T], run: &[U]) -> Vec<usize> {
    let mut found = Vec::new();
    if run.is_empty() || run.len() > lines.len() {
        return found;
    }
    let run: Vec<&str> = run.iter().map(AsRef::as_ref).collect();
    let borders = borders(&run);
    let mut n_equal = 0;
    for (at, line) in lines.iter().enumerate() {
        while n_equal > 0 && (n_equal == run.len() || run[n_equal] != line.as_ref()) {
            n_equal = borders[n_equal - 1];
        }
        if run[n_equal] == line.as_ref() {
            n_equal += 1;
        }
        if n_equal == run.len() {
            found.push(at + 1 - run.len());
        }
    }
    found
}

/// For each prefix of `run`, the length of the longest part of it that is both its beginning and its end.
fn borders(run: &[&str]) -> Vec<usize> {
    let mut borders = vec![0; run.len()];
    let mut length = 0;
    for at in 1..run.len() {
        while length > 0 && run[length] != run[at] {
            length = borders[length - 1];
        }
        if run[length] == run[at] {
            length += 1;
        }
        borders[at] = length;
    }
    borders
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_place_is_found(
            lines in proptest::collection::vec("[ab]", 0..40),
            run in proptest::collection::vec("[ab]", 0..6),
        ) {
            let expected: Vec<usize> = (0..lines.len())
                .filter(|&at| !run.is_empty() && lines[at..].starts_with(&run))
                .collect();
            prop_assert_eq!(occurrences(&lines, &run), expected);
        }
    }
}
