//! What a socket can tell about its peer.

use std::net::TcpStream;

/// How many bytes were handed to the socket and not yet received by the peer, where the system says
/// so: that they become fewer is the only sign of a peer that reads slowly.
#[cfg(target_os = "linux")]
pub fn unreceived(socket: &TcpStream) -> Option<usize> {
    use std::os::fd::AsRawFd;

    let mut amount: libc::c_int = 0;
    // SAFETY: the descriptor is open for as long as `socket` is borrowed, and TIOCOUTQ writes one int.
    let outcome = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut amount) };
    if outcome == 0 { usize::try_from(amount).ok() } else { None }
}

#[cfg(not(target_os = "linux"))]
pub fn unreceived(_: &TcpStream) -> Option<usize> {
    None
}
