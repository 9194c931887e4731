// A server and 50 clients in one process, on four threads of tokio's: lines are sent back
// reversed. And timers, a channel, a task that panics, blocking tasks.
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

async fn serve(stream: UnixStream) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        let mut answer: String = line.chars().rev().collect();
        answer.push('\n');
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

async fn ask(path: String, number: usize, sums: mpsc::Sender<usize>) -> std::io::Result<()> {
    let (read, mut write) = UnixStream::connect(path).await?.into_split();
    let mut lines = BufReader::new(read).lines();
    for turn in 0..100 {
        write.write_all(format!("line {} of {}\n", number * turn, number).as_bytes()).await?;
        let line = lines.next_line().await?.unwrap_or_default();
        if turn % 10 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        sums.send(line.len()).await.expect("nobody adds up");
    }
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).expect("the path of a socket");
    let listener = UnixListener::bind(&path)?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let (sums, mut received) = mpsc::channel(64);
    for number in 0..50 {
        tokio::spawn(ask(path.clone(), number, sums.clone()));
    }
    drop(sums);
    let mut sum = 0;
    while let Some(length) = received.recv().await {
        sum += length;
    }
    println!("{sum}");
    std::panic::set_hook(Box::new(|_| {}));
    let panicked = tokio::spawn(async {
        let words: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        tokio::task::yield_now().await;
        words[100].len()
    });
    println!("{}", panicked.await.unwrap_err().is_panic());
    let blocking: Vec<_> = (0..8)
        .map(|n| tokio::task::spawn_blocking(move || (0..2000).map(|i| format!("{n} {i}")).collect::<Vec<_>>().len()))
        .collect();
    let mut made = 0;
    for task in blocking {
        made += task.await.unwrap();
    }
    println!("{made}");
    std::process::exit(3)
}
