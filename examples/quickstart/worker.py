from tasks import ferry

from ferryman.runtime import run

if __name__ == "__main__":
    run(ferry)  # Ctrl-C once lets running jobs end, twice hands them back
