"""Pages of a site for questions in the form of Askbot, and answers of its API."""

import json
from datetime import UTC, datetime

SIGN_IN = b"<html><head><title>Sign in</title></head></html>"
SITE = "https://ask.birds.example.org"


def who(user, name, at, verb="answered"):
    return f"""<div class="post-update-info-container">
        <div class='post-update-info'>
           <p style="line-height:12px;"> <a
              href="/en/answers/1/revisions/" >{verb} <strong><abbr class="timeago" title="{at}">
              {at}
           </abbr></strong></a> </p>
           <div class="user-card"> <a class="js-avatar-box" href="/en/users/{user}/{name}/"><img class="js-avatar"
              src="//avatar.example.org/x" title="{name}" /></a>
              <div class="user-info"> <a href="/en/users/{user}/{name}/">{name}</a> <br/> </div> </div>
        </div>
        <div class='post-update-info'>
           <p> <a href="/en/x/revisions/" >updated <strong><abbr
              class="timeago" title="2014-01-01 00:00:00 -0600">x</abbr></strong></a></p>
           <div class="user-card"><div class="user-info"> <a href="/en/users/99/somebody-else/">x</a> </div></div>
        </div></div>"""


def comment(number, user, at, attribute="data-comment-id"):
    return f"""<div id="post-id-{number}" class="comment js-comment" {attribute}="{number}">
        <div class="comment-content">
        <div class="comment-body"><p>So it is.</p></div>
        <div class="comment-controls"><a class="js-avatar-box" href="/en/users/{user}/x/"></a><a class="author"
          href="/en/users/{user}/x/">Wren</a><span class="age">&nbsp;(<abbr
          class="timeago" title="{at}"> {at} </abbr>)</span>
        </div></div></div>"""


def comments(parent, kind, *inside):
    return f"""<div class="comments ordering-forward" data-parent-post-type="{kind}" data-parent-post-id="{parent}">
        <div class="content">{"".join(inside)}</div></div>"""


def answer(number, user, at, *inside):
    return f"""<a name="{number}"></a><div id="post-id-{number}" data-post-id="{number}" class="post answer   ">
        <div class="post-content"><div class="post-body">{who(user, "Finch", at)}<p>It sings at dawn.</p></div>
        {comments(number, "answer", *inside)}</div></div>"""


def question(number, title, user, at, *inside, answers=(), said=None, pages=1):
    total = len(answers) if said is None else said
    return f"""<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title} - Ask Birds</title>
        <link rel="canonical" href="{SITE}/en/question/{number}/{title.lower().replace(" ", "-")}/" /></head><body>
        <div class="post js-question" data-post-id="{number}"><div id="post-id-{number}" class="post-content">
        <h1><a href="/en/question/{number}/x/">{title}</a></h1>
        <div class="post-body">{who(user, "Wren", at, "asked")}<p>Who knows?</p></div>
        {comments(number, "question", *inside)}</div></div>
        <h2 id="questionCount">
                  {total} answer{"" if total == 1 else "s"}
        </h2><div class="pager"><div class="paginator" data-num-pages="{pages}"></div></div>
        {"".join(answers)}
        {comment(0, "", "2016-11-08 07:30:30 -0600")}</body></html>""".encode()


def listed(number, at, user=7, **facts):
    return {
        "id": number, "url": f"{SITE}/en/question/{number}/x/", "title": "Which seeds", "tags": ["seeds"], "score": 1,
        "view_count": 9, "answer_count": 0, "answer_ids": [], "author": {"id": user, "username": "Wren"},
        "added_at": str(at), "last_activity_at": str(at), "summary": "<p>Which?</p>",
    } | facts  # fmt: skip


def listing(*questions, count=4, pages=2):
    return json.dumps({"count": count, "pages": pages, "questions": list(questions)}).encode()


LATE_MARCH = int(datetime(2013, 3, 30, 12, tzinfo=UTC).timestamp())
SONG = question(
    11, "Why does it sing", 7, "2013-03-31 22:00:00 -0600",
    comment(13, 8, "2013-04-01 08:00:00 -0600"),
    answers=[answer(12, 8, "2013-04-02 08:00:00 -0600", comment(15, 7, "2013-05-02 08:00:00 -0600", "data-post-id")),
             answer(14, 9, "2013-04-03 08:00:00 -0600")],
)  # fmt: skip
