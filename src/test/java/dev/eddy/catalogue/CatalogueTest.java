package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.catalogue.ModelVersion.Verdict;
import dev.eddy.model.Fingerprint;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelId;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.Sha256;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    private static final long MAX_BYTES = 64 << 20;

    private final Catalogue catalogue = new Catalogue("p", MAX_BYTES);
    private final Map<String, byte[]> topic = new LinkedHashMap<>();
    private final ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 8, 1);
    /** Three chunks. */
    private final ModelFile large = TestModels.predictor("large", "1", CellKind.LSTM, 384, 2);

    @AfterEach
    void close() {
        catalogue.close();
    }

    @Test
    void shouldAssembleAndCompileAPublishedModel() {
        publish(large);
        assertThat(topic).hasSizeGreaterThan(3);
        ModelVersion version = only();
        assertThat(version.verdict()).isEqualTo(Verdict.READY);
        assertThat(version.id()).isEqualTo(large.id());
    }

    @Test
    void shouldLoadBesideTheThreadThatBringsTheRecords() {
        List<String> threads = new CopyOnWriteArrayList<>();
        catalogue.addListener(new CatalogueListener() {
            @Override
            public void onVersion(ModelVersion version) {
                threads.add(version.verdict() + " on " + Thread.currentThread().getName());
            }
        });
        publish(large);
        Awaitility.await().until(() -> !threads.isEmpty());
        assertThat(threads).containsExactly("READY on eddy-model-loader");
    }

    @Test
    void shouldKeepChunksBelowTheDefaultRecordLimit() {
        assertThat(ControlRecords.publish(large, 0).values()).allMatch(value -> value.length < 1_000_000);
    }

    @Test
    void shouldScoreOnlyWithDeployedModels() {
        publish(model);
        assertThat(catalogue.live().isEmpty()).isTrue();
        deploy(model.id(), Deployment.BEGINNING);
        assertThat(catalogue.live().at(0, 0).model().id()).isEqualTo(model.id());
    }

    @Test
    void shouldScoreOnceTheModelComesAfterItsDeployment() {
        deploy(model.id(), 0);
        assertThat(catalogue.live().isEmpty()).isTrue();
        publish(model);
        assertThat(catalogue.live().at(0, 0).model().id()).isEqualTo(model.id());
    }

    @Test
    void shouldIgnoreDeploymentsOfOtherPipelines() {
        publish(model);
        accept(
                ControlRecords.deploymentKey("other"),
                ControlRecords.encode("other", DeploymentHistory.EMPTY.with(new Deployment(1, model.id(), 0, 0))));
        assertThat(catalogue.live().isEmpty()).isTrue();
    }

    @Test
    void shouldRejectAModelWithAChunkMissingAndTakeItOnceTheChunkComes() {
        Map<String, byte[]> records = ControlRecords.publish(large, 0);
        String missing = ControlRecords.chunkKey("large", "1", 1);
        records.forEach((key, value) -> {
            if (!key.equals(missing)) {
                accept(key, value);
            }
        });
        assertThat(only().reason()).contains("chunk 1 of 3 is missing");

        accept(missing, records.get(missing));
        assertThat(only().verdict()).isEqualTo(Verdict.READY);
    }

    @Test
    void shouldRejectAWrongHash() throws IOException {
        Map<String, byte[]> records = ControlRecords.publish(model, 0);
        byte[] chunk = records.get(ControlRecords.chunkKey("m", "1", 0)).clone();
        chunk[chunk.length - 10] ^= 1;
        records.put(ControlRecords.chunkKey("m", "1", 0), chunk);
        records.forEach(this::accept);
        assertRejected("not what the manifest names");
    }

    @Test
    void shouldRejectAGarbageChunk() {
        Map<String, byte[]> records = ControlRecords.publish(model, 0);
        records.put(ControlRecords.chunkKey("m", "1", 0), "garbage".getBytes(StandardCharsets.UTF_8));
        records.forEach(this::accept);
        assertRejected("chunk 0 is garbage");
    }

    @Test
    void shouldRejectAManifestThatClaimsTooMuch() throws IOException {
        Sha256 hash = new Sha256(model.fingerprint().bytes());
        for (long size : new long[] {1L << 60, -1, MAX_BYTES + 1}) {
            ModelManifest manifest = new ModelManifest(
                    "big", "v" + Math.abs(size), hash, size, Integer.MAX_VALUE, 0L, java.util.List.of());
            accept(ControlRecords.manifestKey("big", "v" + Math.abs(size)), bytes(manifest));
        }
        assertThat(catalogue.versions()).hasSize(3).allMatch(v -> v.verdict() == Verdict.REJECTED);
        assertThat(catalogue.versions().get(0).reason()).containsAnyOf("claims", "eddy.model.max.bytes");
    }

    @Test
    void shouldRejectATruncatedFile() {
        assertFileRejected(java.util.Arrays.copyOf(model.bytes(), model.bytes().length - 7), "truncated");
    }

    @Test
    void shouldRejectAHeaderThatClaimsMoreBytesThanThereAre() {
        byte[] bytes = model.bytes().clone();
        bytes[7] = 0x10;
        assertFileRejected(bytes, "header claims 1152921504606");
    }

    @Test
    void shouldRejectWeightsThatAreNotFinite() {
        Map<String, Tensor> tensors = new TreeMap<>(model.tensors());
        tensors.put("head.bias", Tensor.of(new float[] {Float.NaN}, 1));
        publish(new ModelFile(model.spec(), tensors));
        assertRejected("NaN");
    }

    @Test
    void shouldKeepTheOldModelWhenTheProbeOfANewOneDiffers() {
        publish(model);
        deploy(model.id(), 0);
        ModelFile bad = TestModels.failingProbe("m", "2");
        publish(bad);
        deploy(bad.id(), 50);
        assertThat(catalogue.live().at(100, 0).model().id()).isEqualTo(model.id());
        assertThat(catalogue.versions())
                .extracting(ModelVersion::verdict)
                .containsExactly(Verdict.READY, Verdict.REJECTED);
        assertThat(catalogue.versions().get(1).reason()).contains("probe 0 differs at event 0");
    }

    @Test
    void shouldKeepTheFirstContentOfAVersion() {
        publish(model);
        publish(TestModels.predictor("m", "1", CellKind.LSTM, 8, 99));
        assertThat(only().id()).isEqualTo(model.id());
    }

    @Test
    void shouldIgnoreGarbageRecords() {
        byte[] garbage = {1, 2, 3, (byte) 200, 5};
        for (String key :
                new String[] {"", "x", "manifest", "manifest/m/1", "manifest/m", "chunk/m/1/x", "deployment/p"}) {
            accept(key, garbage);
            accept(key, new byte[0]);
            accept(key, null);
        }
        publish(model);
        deploy(model.id(), 0);
        assertThat(catalogue.live().at(0, 0).model().id()).isEqualTo(model.id());
    }

    private void publish(ModelFile file) {
        ControlRecords.publish(file, System.nanoTime()).forEach(this::accept);
    }

    private void deploy(ModelId id, long from) {
        Deployment deployment = new Deployment(catalogue.history().newestGeneration() + 1, id, from, 0);
        accept(
                ControlRecords.deploymentKey("p"),
                ControlRecords.encode("p", catalogue.history().with(deployment)));
    }

    private void accept(String key, byte[] value) {
        topic.put(key, value);
        catalogue.accept(key, value, topic::get);
        try {
            assertThat(catalogue.awaitLoaded(Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private ModelVersion only() {
        assertThat(catalogue.versions()).hasSize(1);
        return catalogue.versions().get(0);
    }

    private void assertRejected(String reason) {
        assertThat(only().verdict()).isEqualTo(Verdict.REJECTED);
        assertThat(only().reason()).contains(reason);
    }

    /** Publishes bytes that are no canonical model file, with a manifest that is right about them. */
    private void assertFileRejected(byte[] file, String reason) {
        Sha256 hash = new Sha256(Fingerprint.of(file).bytes());
        accept(
                ControlRecords.chunkKey("m", "1", 0),
                bytes(new dev.eddy.schema.ModelChunk(hash, 0, java.nio.ByteBuffer.wrap(file))));
        accept(
                ControlRecords.manifestKey("m", "1"),
                bytes(new ModelManifest("m", "1", hash, (long) file.length, 1, 0L, java.util.List.of())));
        assertRejected(reason);
    }

    private static byte[] bytes(ModelManifest manifest) {
        try {
            return array(manifest.toByteBuffer());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(dev.eddy.schema.ModelChunk chunk) {
        try {
            return array(chunk.toByteBuffer());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] array(java.nio.ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
