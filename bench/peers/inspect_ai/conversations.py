"""Conversations with Inspect AI: conversations.py N_CONVERSATIONS N_TURNS N_AT_ONCE. Logged and scored, as it does by itself."""

import sys

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageUser
from inspect_ai.scorer import includes
from inspect_ai.solver import solver

n_conversations, n_turns, n_at_once = (int(word) for word in sys.argv[1:4])


@solver
def turns():
    async def solve(state, generate):
        for turn in range(n_turns):
            if turn > 0:
                state.messages.append(ChatMessageUser(content=f"And what else? This is turn {turn}."))
            state = await generate(state)
        return state

    return solve


samples = [Sample(input=f"Where is parcel {number}?", target="a") for number in range(n_conversations)]
task = Task(dataset=samples, solver=turns(), scorer=includes())
[log] = eval(
    task,
    model="openai/mock",
    # The mock server has chat completions alone.
    model_args={"responses_api": False},
    max_connections=n_at_once,
    max_samples=n_at_once,
    display="none",
    log_dir="logs",
)
if log.status != "success":
    sys.exit(f"{log.status}: {log.error}")
