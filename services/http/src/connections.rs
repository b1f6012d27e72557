//! Connections of the HTTP server: few from one address, and none that holds an answer which its client does not read.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// A client that is given something to read takes the least below within this time, or is gone: a telephone in a tunnel comes back.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// The least that a client takes in that time, in bytes: half a kilobyte a second, below any line that people use.
const WRITE_BYTES_MIN: usize = 16 * 1024;

/// Connections by the address that holds them.
#[derive(Debug)]
pub struct Places {
    most: usize,
    taken: Mutex<BTreeMap<IpAddr, usize>>,
}

/// One connection's place; free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    holder: IpAddr,
}

impl Places {
    /// Room for `most` connections of each address.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// A place for one more connection of this holder, if they have not as many as one may have.
    pub fn enter(self: &Arc<Self>, holder: IpAddr) -> Option<Place> {
        let mut taken = self.taken();
        let count = taken.entry(holder).or_default();
        if *count >= self.most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Place { places: Arc::clone(self), holder })
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.get_mut(&self.holder) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

/// A connection that ends when its client does not take what it is given.
#[derive(Debug)]
pub struct Paced<I> {
    io: I,
    /// When the client must have taken its least; there is one while something waits to be taken.
    late: Option<Pin<Box<Sleep>>>,
    taken: usize,
    /// None for a proxy, which speaks for many.
    _place: Option<Place>,
}

impl<I> Paced<I> {
    /// A connection that holds `place` as long as it is open.
    pub const fn new(io: I, place: Option<Place>) -> Self {
        Self { io, late: None, taken: 0, _place: place }
    }

    fn begin(&mut self) {
        self.late = None;
        self.taken = 0;
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Paced<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Paced<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, buf) {
            Poll::Ready(Ok(count)) => {
                self.taken = self.taken.saturating_add(count);
                if self.taken >= WRITE_BYTES_MIN {
                    self.begin();
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let late = self.late.get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_TIMEOUT)));
                match late.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    /// Asked for when everything has been written: nothing waits any more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.begin();
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PIPE: usize = 4 * 1024;

    #[tokio::test(start_paused = true)]
    async fn who_never_reads_is_cut_off() {
        let (io, _client) = duplex(PIPE);
        let mut server = Paced::new(io, None);
        let ended = server.write_all(&vec![0; 10 * PIPE]).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_byte_now_and_then_is_cut_off_too() {
        let (io, mut client) = duplex(PIPE);
        let mut server = Paced::new(io, None);
        let answer = vec![0; 100 * PIPE];
        let trickle = async {
            for _ in 0..1_000 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if client.read_u8().await.is_err() {
                    break;
                }
            }
        };
        let ended = tokio::select! {
            ended = server.write_all(&answer) => ended,
            () = trickle => panic!("it was never cut off"),
        };
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_gets_everything_and_idle_time_counts_for_nothing() {
        let (io, mut client) = duplex(PIPE);
        let mut server = Paced::new(io, None);
        let answer = vec![0; 40 * PIPE];
        let reads = async {
            let mut got = 0;
            while got < 3 * 40 * PIPE {
                tokio::time::sleep(Duration::from_secs(5)).await;
                let mut piece = vec![0; PIPE];
                got += client.read(&mut piece).await.unwrap();
            }
        };
        let writes = async {
            for _ in 0..3 {
                server.write_all(&answer).await.unwrap();
                server.flush().await.unwrap();
                tokio::time::sleep(WRITE_TIMEOUT * 3).await;
            }
        };
        tokio::join!(reads, writes);
    }

    #[test]
    fn one_address_has_so_many_places_and_gets_them_back() {
        let places = Places::new(2);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = places.enter(one).unwrap();
        let _second = places.enter(one).unwrap();
        assert!(places.enter(one).is_none());
        assert!(places.enter(other).is_some());
        drop(first);
        assert!(places.enter(one).is_some());
        assert_eq!(places.taken().len(), 1, "who has gone is forgotten");
    }
}
