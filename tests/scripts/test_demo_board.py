"""Who looks at the board of `hardstop demo`."""

import msgspec

from scripts.demo_board import supervisor
from workflow.duty import PersonRole
from workflow.policy import load_policy


def test_the_demos_supervisor_is_a_person_of_the_policy_so_that_a_claim_is_applied() -> None:
    policy = load_policy()
    assert policy.people[supervisor(policy)].role is PersonRole.SUPERVISOR


def test_where_the_policy_has_no_supervisor_the_duty_manager_looks() -> None:
    policy = load_policy()
    people = {
        person_id: msgspec.structs.replace(person, role=PersonRole.SPECIALIST)
        for person_id, person in policy.people.items()
    }
    assert supervisor(msgspec.structs.replace(policy, people=people)) == policy.duty.manager
