//! Patches that fit, patches that do not, and what is said of them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// `files` after the patch with these lines.
fn after(files: &[(&str, &str)], lines: &str) -> Result<BTreeMap<String, String>, String> {
    let mut files: BTreeMap<String, String> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let patch = format!("*** Begin Patch\n{lines}*** End Patch");
    let changes = parse(&patch).and_then(|patch| patch.apply(|path| files.get(path).cloned()));
    for Change { path, content } in changes.map_err(|error| error.to_string())? {
        match content {
            Some(content) => files.insert(path, content),
            None => files.remove(&path),
        };
    }
    Ok(files)
}

/// What becomes of the file `f`.
fn edited(file: &str, hunks: &str) -> Result<String, String> {
    let mut files = after(&[("f", file)], &format!("*** Update File: f\n{hunks}"))?;
    Ok(files.remove("f").unwrap_or_default())
}

#[test]
fn files_are_made_changed_moved_and_removed_together() {
    let files = [("a", "1\n2\n"), ("b", "x\r\ny"), ("c", "gone\n"), ("d", "as it is")];
    let patch = "*** Add File: new/e\n+one\n+\n+two\n*** Update File: a\n@@\n 1\n-2\n+two\n\n*** Update File: b\n\
                 *** Move to: moved\n x\n+between\n*** Delete File: c\n*** Update File: d\n*** Move to: sub/d\n";
    let expected =
        [("a", "1\ntwo\n"), ("moved", "x\r\nbetween\r\ny"), ("new/e", "one\n\ntwo\n"), ("sub/d", "as it is")];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    assert_eq!(after(&files, patch), Ok(expected));
    let patch = format!("*** Begin Patch\n{patch}*** End Patch");
    let expected = [
        (Access::Write, "new/e"),
        (Access::Read, "a"),
        (Access::Write, "a"),
        (Access::Read, "b"),
        (Access::Remove, "b"),
        (Access::Write, "moved"),
        (Access::Remove, "c"),
        (Access::Read, "d"),
        (Access::Remove, "d"),
        (Access::Write, "sub/d"),
    ];
    assert_eq!(parse(&patch).unwrap().paths(), expected);
}

#[test]
fn a_hunk_is_placed_where_it_fits_once() {
    let check = |file: &str, hunks: &str, expected: &str| {
        assert_eq!(edited(file, hunks).as_deref(), Ok(expected), "{file:?} {hunks:?}");
    };
    check("a\nb\nc\n", "@@\n a\n-b\n+x\n+y\n c\n", "a\nx\ny\nc\n");
    check("a\nb\nc\nd\n", "@@\n c\n-d\n@@\n-a\n+A\n b\n", "A\nb\nc\n");
    check("a\nb", "@@\n-b\n+x\n*** End of File\n", "a\nx");
    check("x\na\nx\n\n", "@@\n-x\n+y\n*** End of File\n", "x\na\ny\n\n");
    check("a\n", "@@\n+b\n*** End of File\n", "a\nb\n");
    check("", "@@\n+b\n", "b\n");
    check("a\n\nb\n", "@@\n a\n\n-b\n+c\n\n\n", "a\n\nc\n");
    check("f() {\n  a \n}\n", "@@\nf() {\n-a\n+b\n}\n", "f() {\nb\n}\n");
    check("say \u{201c}hi\u{201d}\nold\n", "@@\n say \"hi\"\n-old\n+new\n", "say \u{201c}hi\u{201d}\nnew\n");
    check("a\nb\n", "@@ -9,2 +9,2 @@ fn far()\n a\n-b\n+c\n", "a\nc\n");
    check("a\nb\n", "@@ a @@\n-b\n+c\n", "a\nc\n");
    check("a\nb\n", "@@\n-b\n+c\n \n", "a\nc\n");
}

#[test]
fn the_text_after_at_signs_chooses_a_part_of_the_file() {
    let file =
        "class A:\n  def run(self):\n    go()\n  def stop(self):\n    end()\nclass B(A):\n  def run(self):\n    go()\n";
    let check = |hunk: &str, expected: Result<usize, &str>| {
        let edited = edited(file, hunk);
        match expected {
            Ok(line) => assert_eq!(edited.unwrap().lines().position(|line| line == "new"), Some(line), "{hunk:?}"),
            Err(error) => assert_eq!(edited.unwrap_err(), format!("nothing was changed: {error}"), "{hunk:?}"),
        }
    };
    check("@@ class A:\n-    go()\n+new\n", Ok(2));
    check("@@ class B\n-    go()\n+new\n", Ok(7));
    check("@@ class B\n@@ def run(self):\n-    go()\n+new\n", Ok(7));
    check("@@ def stop(self):\n-    end()\n+new\n", Ok(4));
    check("@@ def halt\n-    end()\n+new\n", Ok(4));
    check(
        "@@ def run(self):\n-    go()\n+new\n",
        Err(
            "f: hunk 1 (line 3 of the patch) fits 2 places of the file, at lines 3, 8; add lines around it, or the head \
             of its part after @@, until it fits one",
        ),
    );
    check(
        "@@ class B\n-    end()\n+new\n",
        Err("f: hunk 1 (line 3 of the patch) is in the file at lines 5, but not in what its @@ begins"),
    );
    check(
        "@@ def stop\n-    go()\n+new\n",
        Err("f: hunk 1 (line 3 of the patch) is in the file at lines 3, 8, but not in what its @@ begins"),
    );
    check(
        "@@ class C\n-    go()\n+new\n",
        Err("f: hunk 1 (line 3 of the patch) has \"class C\" after @@, and no line of the file there is like it"),
    );
}

#[test]
fn what_does_not_fit_is_said_and_nothing_is_changed() {
    let check = |patch: &str, expected: &str| {
        let files = [("f", "1\n2\n3\n"), ("g", "x\nx\n"), ("./g", "x\nx\n")];
        assert_eq!(after(&files, patch), Err(format!("nothing was changed: {expected}")), "{patch:?}");
    };
    check(
        "*** Update File: f\n-2\n+two\n*** Update File: g\n@@\n-x\n+y\n*** Add File: f2\n+x\n",
        "g: hunk 1 (line 6 of the patch) fits 2 places of the file, at lines 1, 2; add lines around it, or the head of \
         its part after @@, until it fits one",
    );
    check(
        "*** Update File: f\n@@\n 1\n-zwei\n+two\n",
        "f: hunk 1 (line 3 of the patch) is not in the file; the closest is at lines 1-2 (1 of 2 lines are equal but for \
         space):\n      1 | 1\n-     2 | 2\n+       | zwei\n(-: the file has, +: the edit expects)",
    );
    check(
        "*** Update File: f\n-1\n*** End of File\n@@\n+4\n@@\n-2\n-3\n@@\n-3\n+drei\n",
        "f: hunk 1 (line 3 of the patch) is in the file at lines 1, but not at its end\nf: hunk 2 (line 5 of the patch) \
         has only new lines; add the lines around them, or `*** End of File` to put them at the end\nf: hunk 4 (line 10 \
         of the patch) changes line 3 of the file, as hunk 3 does; make them one hunk",
    );
    check(
        "*** Update File: h\n-1\n*** Update File: f\n*** Move to: g\n-1\n*** Delete File: i\n",
        "h: there is no such file\ng: there is such a file already; update it, or delete it first\ni: there is no such file",
    );
    check("*** Add File: ./g\n+x\n", "./g: there is such a file already; update it, or delete it first");
}

#[test]
fn a_patch_that_is_not_well_written_names_its_line() {
    let check = |patch: &str, line: usize| {
        let error = parse(patch).unwrap_err();
        assert!(matches!(error, Error::Malformed { line: at, .. } if at == line), "{patch:?}: {error}");
    };
    check("", 1);
    check("*** Begin Patch\n*** End Patch", 2);
    check("*** Begin Patch\n*** Delete File: a\n", 3);
    check("*** Begin Patch\n*** Unknown: a\n*** End Patch", 2);
    check("*** Begin Patch\n*** Add File: a\nno plus\n*** End Patch", 3);
    check("*** Begin Patch\n*** Update File: a\n*** End Patch", 2);
    check("*** Begin Patch\n*** Update File: a\n@@ x\n*** End Patch", 3);
    check("*** Begin Patch\n*** Delete File: a\n*** Update File: ./a\n-x\n*** End Patch", 3);
    check("*** Begin Patch\n*** Delete File: a\n*** End Patch\n*** Begin Patch\n*** End Patch", 4);
    check("*** Begin Patch\n*** Move to: a\n*** End Patch", 2);
    check("*** Begin Patch\n*** Delete File:\n*** End Patch", 2);
    check(&format!("*** Begin Patch\n*** Delete File: {}\n*** End Patch", "a/".repeat(2049)), 2);
}

#[test]
fn a_patch_comes_in_many_dresses() {
    let bare = "*** Begin Patch\n*** Delete File: a\n*** End Patch";
    for dressed in [
        bare.replace('\n', "\r\n"),
        bare.replace('\n', "  \n"),
        format!("%%bash\napply_patch <<'EOF'\n{bare}\nEOF\n"),
        format!("```diff\n{bare}\n```\n"),
        "*** Delete File: a\n*** End Patch".to_owned(),
    ] {
        assert_eq!(parse(&dressed), parse(bare), "{dressed:?}");
    }
}

proptest! {
    #[test]
    fn a_hunk_that_is_there_once_is_changed_and_nothing_else(
        before in proptest::collection::vec("[a-d ]{0,3}", 0..12),
        hunk in proptest::collection::vec((0..3_u8, "[a-d ]{0,2}!"), 1..8),
        after in proptest::collection::vec("[a-d ]{0,3}", 0..12),
        end in prop_oneof!["\n", "\r\n"],
    ) {
        prop_assume!(hunk.iter().any(|(kind, _)| *kind != 2));
        let lines = |without: u8| hunk.iter().filter(move |(kind, _)| *kind != without).map(|(_, line)| line);
        let file = |kept: Vec<&String>| -> String {
            before.iter().chain(kept).chain(&after).flat_map(|line| [line.as_str(), end.as_str()]).collect()
        };
        let (old, new) = (file(lines(2).collect()), file(lines(1).collect()));
        let text: String =
            hunk.iter().flat_map(|(kind, line)| [[" ", "-", "+"][usize::from(*kind)], line, "\n"]).collect();
        let old_lines: Vec<&str> = old.lines().collect();
        let run: Vec<&str> = lines(2).map(String::as_str).collect();
        prop_assume!(old_lines.windows(run.len()).filter(|lines| *lines == run).count() == 1);
        prop_assert_eq!(edited(&old, &format!("@@\n{text}")), Ok(new));
    }

    #[test]
    fn any_patch_on_any_file_gets_an_answer(
        file in "[ab\r\n ]{0,30}",
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "*** Begin Patch\n", "*** Update File: f\n", "*** Add File: g\n", "*** Delete File: f\n", "*** Move to: h\n",
                "*** End of File\n", "*** End Patch\n", "@@", "@@ a\n", "-a", "+b", " a", "\n", "\r\n",
            ]),
            0..30,
        ),
    ) {
        let _ = after(&[("f", &file)], &parts.concat());
    }
}
