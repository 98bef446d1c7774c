-- Distinct people seen in the month as senders of its messages and in none of the 24 months before: new, or back after two years; core.people says who is one person.
-- family: talk
-- unit: people
-- past: newcomers
-- formula: number of p among the senders of month m and of none of months m-24 .. m-1
-- chaoss: New Contributors
select community, month, people as value from core.newcomers where channel = 'talk' and people > 0
order by community, month
