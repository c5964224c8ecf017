from fastapi import FastAPI
from tasks import ferry, send_email

from ferryman.api import lifespan, router

app = FastAPI(title="Shop", lifespan=lifespan(ferry))
app.include_router(router(ferry))  # POST /submit-job, GET /job-status/{job_id}, /v1/...


@app.post("/sign-up")
async def sign_up(email: str) -> dict[str, str]:
    job = await send_email.options(key=f"welcome-{email}").submit(email, subject="Welcome")
    return {"welcome_job": job.id}
