"""A community file with one channel of each form."""

CHANNEL = """
[[sources]]
name = "dev"
kind = "hyperkitty"
since = 2010-07-01
why = "Where they talk."
address = "dev@lists.example.org"
language = "fr"
audience = "developers"
urls = ["https://lists.example.org/archives/list/dev@lists.example.org/"]

[[sources]]
name = "users"
kind = "ponymail"
since = 2010-07-01
why = "Where they ask."
address = "users@birds.example.org"
urls = ["https://lists.example.org/api/"]

[[sources]]
name = "users-cn"
kind = "ponymail"
since = 2010-07-01
why = "Where they ask too."
address = "users-cn@birds.example.org"
urls = ["https://lists.example.org/api/"]

[[sources]]
name = "forum"
kind = "unreadable"
since = 2010-07-01
why = "Where they asked first."
evidence = "Named on the home page of 2011."

[[sources]]
name = "old"
kind = "mbox"
since = 2010-07-01
why = "By hand."
urls = ["file://localhost/srv/old%20mail/dev.mbox"]
"""
