# Thubao in a container. Build with the programs that read old Word files and scans (about 600 MB more):
#   docker build --build-arg PROGRAMS="libreoffice-calc-nogui libreoffice-writer-nogui tesseract-ocr tesseract-ocr-vie antiword unar" .
FROM python:3.11-slim-bookworm

ARG PROGRAMS=""
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libarchive13 ${PROGRAMS} \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/thubao
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY parsers parsers
COPY storage storage
COPY service service
RUN pip install --no-cache-dir --no-deps .

RUN useradd --create-home --uid 1000 thubao && install --directory --owner=thubao --mode=0700 /office
USER thubao
ENV THUBAO_HOME=/office PYTHONUNBUFFERED=1
WORKDIR /office
VOLUME /office
EXPOSE 8080
ENTRYPOINT ["thubao"]
CMD ["run"]
