package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A catalogue with its control topic in a map and a clock that is turned by hand. */
final class CatalogueBench implements AutoCloseable {
    final AtomicLong now = new AtomicLong(1_000_000);
    final Map<String, byte[]> topic = new LinkedHashMap<>();
    final AtomicInteger chunksRead = new AtomicInteger();
    final Catalogue catalogue;
    private long published;

    CatalogueBench(CatalogueRules rules) {
        catalogue = new Catalogue("p", rules, now::get);
    }

    void publish(ModelFile file, SigningKey... keys) {
        publish(
                file,
                ControlRecords.manifestOf(
                        file,
                        ++published,
                        java.util.Arrays.stream(keys)
                                .map(key -> key.sign(file.id()))
                                .toList()));
    }

    void publish(ModelFile file, ModelManifest manifest) {
        ControlRecords.publish(file, manifest).forEach(this::accept);
    }

    void remove(ModelFile file) {
        accept(ControlRecords.manifestKey(file.id().name(), file.id().version()), null);
        List.copyOf(topic.keySet()).stream()
                .filter(key -> key.startsWith(
                        "chunk/" + file.id().name() + "/" + file.id().version() + "/"))
                .forEach(key -> accept(key, null));
    }

    void deploy(ModelId id, long from) {
        Deployment deployment = new Deployment(catalogue.history().newestGeneration() + 1, id, from, 0);
        history(catalogue.history().with(deployment));
    }

    void history(DeploymentHistory history) {
        accept(ControlRecords.deploymentKey("p"), ControlRecords.encode("p", history));
    }

    void history(String name, DeploymentHistory history) {
        accept(ControlRecords.deploymentKey("p", name), ControlRecords.encode("p", history));
    }

    void prepare(ModelId id) {
        accept(ControlRecords.prepareKey("p"), ControlRecords.encodePrepare(id, now.incrementAndGet()));
    }

    /** Takes a record in and waits for what it starts. */
    void accept(String key, byte[] value) {
        if (value == null) {
            topic.remove(key);
        } else {
            topic.put(key, value);
        }
        catalogue.accept(key, value, this::read);
        try {
            assertThat(catalogue.awaitLoaded(Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] read(String key) {
        if (key.startsWith("chunk/")) {
            chunksRead.incrementAndGet();
        }
        return topic.get(key);
    }

    void pass(long millis) {
        now.addAndGet(millis);
        catalogue.unloadIdle();
    }

    ModelVersion version(ModelFile file) {
        return catalogue.versions().stream()
                .filter(version -> version.id().equals(file.id()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        catalogue.close();
    }
}
