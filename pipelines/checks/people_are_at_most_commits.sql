select community, month, commits, code_people from definitions.commits where code_people > commits
