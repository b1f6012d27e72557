//! The least that answers: actix, a pool, and one statement for each request.

use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use hanse_document::DocumentId;
use hanse_store::{Row, Sql as _, Store, StoreError};
use tokio::sync::oneshot;

use super::node::ended;
use crate::Result;

const ONE: &str = "SELECT bytes FROM document WHERE id = $1";
/// As many as a page has by itself.
const PAGE: &str = "SELECT bytes FROM job JOIN document USING (id) WHERE state = 'open' \
     AND search @@ websearch_to_tsquery('simple', $1::text) ORDER BY posted_at DESC, id DESC LIMIT 20";

/// A server with two handlers: one reads a document and answers its bytes, one does so with a page of postings. Its connections are
/// driven by a runtime beside the threads that answer, as a node's are.
pub(super) struct Bare {
    pub(super) address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<Result<()>>,
}

impl Bare {
    pub(super) fn start(store: Store) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let app = move || {
            App::new()
                .app_data(web::Data::new(store.clone()))
                .route("/one/{id}", web::get().to(one))
                .route("/page/{word}", web::get().to(page))
        };
        let (ready, started) = oneshot::channel();
        let run = move || -> Result<()> {
            let server = HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run();
            drop(ready.send(server.handle()));
            Ok(actix_web::rt::System::new().block_on(server)?)
        };
        let thread = thread::spawn(run);
        Ok(Self { address, handle: started.blocking_recv()?, thread })
    }

    pub(super) fn stop(self) -> Result<()> {
        tokio::runtime::Builder::new_current_thread().build()?.block_on(self.handle.stop(false));
        ended(self.thread)
    }
}

async fn one(store: web::Data<Store>, id: web::Path<String>) -> HttpResponse {
    let Ok(id) = id.parse::<DocumentId>() else { return HttpResponse::BadRequest().finish() };
    let read = async {
        let row = store.connection().await?.query_one(ONE, &[&id.hash().as_slice()]).await?;
        bytes(&row)
    };
    answered(read.await)
}

async fn page(store: web::Data<Store>, word: web::Path<String>) -> HttpResponse {
    let read = async {
        let rows = store.connection().await?.query(PAGE, &[&word.as_str()]).await?;
        let each: Vec<Vec<u8>> = rows.iter().map(bytes).collect::<std::result::Result<_, _>>()?;
        Ok(each.concat())
    };
    answered(read.await)
}

fn bytes(row: &Row) -> std::result::Result<Vec<u8>, StoreError> {
    hanse_store::column(row, "document", "bytes")
}

fn answered(read: std::result::Result<Vec<u8>, StoreError>) -> HttpResponse {
    match read {
        Ok(bytes) => HttpResponse::Ok().content_type("application/json").body(bytes),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
