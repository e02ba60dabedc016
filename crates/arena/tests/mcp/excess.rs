//! Servers that say more than anybody needs are cut off, and the next call starts them anew.

use arena::mcp::Error;

use crate::hostile::{echo, log, servers};

#[tokio::test]
async fn who_says_too_much_is_cut_off() {
    for (kind, why) in [
        ("long line", "it sent a line of more than 8 MiB"),
        ("flood", "it sent too many messages that nobody asked for"),
        ("lines", "it sent more than 64 MiB for one request"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let servers = servers(kind, folder.path());
        for n_started in 1..=2 {
            let Err(Error::Lost { cause, .. }) = echo(&servers).await else { panic!("{kind}: it was heard out") };
            assert_eq!(cause, why, "{kind}");
            assert_eq!(log(folder.path()).iter().filter(|line| *line == "started").count(), n_started, "{kind}");
        }
        servers.close().await;
    }
}
