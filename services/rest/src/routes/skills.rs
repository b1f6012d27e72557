//! Skills for a form: what a phrase may mean, what a text names, what an id stands for.

use actix_web::{get, post, web};
use hanse_api::requests::{LinkRequest, SkillQuery};
use hanse_api::views::{Mentions, SkillView, Suggestions};

use crate::paths::SkillInPath;
use hanse_http::body::Json;
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// What a form does with a phrase: the skills that it may mean, best first, and the tag that it is otherwise. What the person picks goes into a profile or a job by its id.
#[utoipa::path(tag = "skills", params(SkillQuery), responses(
    (status = 200, description = "The skills, and whose names they are.", body = Suggestions),
    (status = 400, description = "`bad-query`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`; `bad-code`: the language is no tag", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/skills")]
pub(crate) async fn suggest(
    state: web::Data<State>,
    query: Query<SkillQuery>,
) -> Result<web::Json<Suggestions>, Problem> {
    Ok(web::Json(state.engine.discovery().suggest_skills(query.into_inner()).await?))
}

/// The skills that a text names outright, its title first, in its order; what may mean something else is left out.
#[utoipa::path(tag = "skills", responses(
    (status = 200, description = "The skills, and whose names they are.", body = Mentions),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`; `bad-code`: the language is no tag", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/skills/link")]
pub(crate) async fn link(
    state: web::Data<State>,
    body: Json<LinkRequest>,
) -> Result<web::Json<Mentions>, Problem> {
    Ok(web::Json(state.engine.discovery().link_skills(body.into_inner()).await?))
}

/// One skill: its names, and what else meets a need for it.
#[utoipa::path(tag = "skills", params(SkillInPath), responses(
    (status = 200, description = "The skill.", body = SkillView),
    (status = 404, description = "`not-found`: this node's taxonomy does not know it.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: no id.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/skills/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<web::Json<SkillView>, Problem> {
    let view = state.engine.discovery().skill(&id)?.ok_or_else(|| Problem::not_found("skill"))?;
    Ok(web::Json(view))
}
