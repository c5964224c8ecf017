from ferryman import Context, Ferryman
from ferryman.demo import mail

ferry = Ferryman()  # FERRYMAN_URL, else sqlite:///ferryman.db


@ferry.task(retries=3, timeout="30s")
def send_email(context: Context, to: str = "ada@example.com", subject: str = "Hello") -> str:
    """Send over SMTP when FERRYMAN_SMTP_URL is set, else write a file into outbox/."""
    return mail.send(mail.compose(to, subject, "This was carried by Ferryman.", context.job_id))
