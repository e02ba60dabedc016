//! One end of a socket to a launcher or a cell.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use tokio::io::Interest;
use tokio::net::UnixStream;

use crate::error::{Error, Loss};
use crate::wire::{self, Answer, Fds};

/// The host's end. Tokio waits for it as for any Unix socket; its datagrams are sent and received by [`wire`].
pub(super) struct Socket(UnixStream);

/// A new pair: the host's end, and the other, which waits where ours does not.
pub(super) fn pair() -> Result<(Socket, OwnedFd), Error> {
    let attempt = "make a socket to a cell";
    let failed = |errno: rustix::io::Errno| Error::host(attempt)(errno.into());
    let (ours, theirs) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).map_err(failed)?;
    rustix::io::ioctl_fionbio(&ours, true).map_err(failed)?;
    let ours = UnixStream::from_std(ours.into()).map_err(Error::host(attempt))?;
    Ok((Socket(ours), theirs))
}

impl Socket {
    /// Sends one datagram, when there is room.
    pub(super) async fn send(&self, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.0.async_io(Interest::WRITABLE, || Ok(wire::send(&self.0, bytes, fds)?)).await
    }

    /// Sends one datagram if there is room now.
    pub(super) fn try_send(&self, bytes: &[u8]) -> io::Result<()> {
        Ok(wire::send(&self.0, bytes, &[])?)
    }

    /// The next answer. Loses nothing if it is given up.
    pub(super) async fn answer(&self) -> Result<(Answer, Fds), Error> {
        let mut bytes = [0; Answer::N_BYTES];
        let received = self.0.async_io(Interest::READABLE, || Ok(wire::receive(&self.0, &mut bytes)?)).await;
        match received {
            Ok((0, _)) => Err(Error::Lost(Loss::Ended)),
            Ok((n_bytes, fds)) => {
                let answer = Answer::from_bytes(&bytes[..n_bytes]).ok_or(Error::Lost(Loss::Nonsense))?;
                Ok((answer, fds))
            }
            Err(cause) if cause.kind() == io::ErrorKind::ConnectionReset => Err(Error::Lost(Loss::Ended)),
            Err(_) => Err(Error::Lost(Loss::Nonsense)),
        }
    }

    /// Waits until the other end is gone for good.
    pub(super) async fn gone(&self) {
        while self.answer().await.is_ok() {}
    }

    /// Says that no more requests come. Answers still do.
    pub(super) fn hang_up(&self) {
        // It fails only if the other end is gone.
        let _ = rustix::net::shutdown(&self.0, rustix::net::Shutdown::Write);
    }
}
