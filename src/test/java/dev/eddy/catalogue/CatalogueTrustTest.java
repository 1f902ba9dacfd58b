package dev.eddy.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.artifact.ModelFile;
import dev.eddy.catalogue.ModelVersion.Verdict;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.network.StatePrecision;
import dev.eddy.schema.ModelManifest;
import dev.eddy.schema.ModelSignature;
import dev.eddy.schema.Sha256;
import dev.eddy.testing.TestModels;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogueTrustTest {
    private final SigningKey key = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final SigningKey stranger = SigningKey.generate();
    private final ModelFile model = TestModels.predictor("m", "1", CellKind.LSTM, 4, 1);
    private final ModelFile next = TestModels.predictor("m", "2", CellKind.LSTM, 4, 2);
    private final CatalogueBench bench = new CatalogueBench(new CatalogueRules(
            1 << 20,
            100,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            SigningKeyTest.trusting(key, second),
            StatePrecision.FLOAT32));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void shouldTakeAModelThatATrustedKeySigned() {
        bench.publish(model, key);
        assertThat(bench.version(model).verdict()).isEqualTo(Verdict.READY);
        assertThat(bench.version(model).signedBy()).containsExactly(key.id());
    }

    @Test
    void shouldTakeTheRightSignatureAmongSeveral() {
        ModelSignature wrong = new ModelSignature(second.id(), ByteBuffer.allocate(64));
        publish(model, stranger.sign(model.id()), wrong, key.sign(model.id()));
        assertThat(bench.version(model).verdict()).isEqualTo(Verdict.READY);
        assertThat(bench.version(model).signedBy()).containsExactly(key.id());
    }

    @Test
    void shouldRejectAnUnsignedModelBeforeItIsAssembled() {
        bench.publish(model);
        assertRejected(model, "is not signed", "eddy.model.trusted.keys", key.id(), second.id(), "eddy publish --sign");
    }

    @Test
    void shouldRejectAModelThatAStrangerSigned() {
        bench.publish(model, stranger);
        assertRejected(model, "is signed by key " + stranger.id(), "does not name", key.id());
    }

    @Test
    void shouldRejectAStrangersSignatureUnderATrustedName() {
        publish(model, new ModelSignature(key.id(), stranger.sign(model.id()).getSignature()));
        assertRejected(model, "the signature of key " + key.id() + " is wrong");
    }

    @Test
    void shouldRejectTheSignatureOfAnotherVersion() {
        bench.publish(model, key);
        publish(next, key.sign(model.id()));
        assertThat(bench.version(next).reason()).contains("signature of key " + key.id() + " is wrong");
    }

    @Test
    void shouldRejectASignedManifestWhoseFingerprintWasChanged() {
        ModelManifest signed = ControlRecords.manifestOf(model, 1, List.of(key.sign(model.id())));
        ModelManifest forged = new ModelManifest(
                "m", "1", new Sha256(next.fingerprint().bytes()), signed.getSize(), 1, 1L, signed.getSignatures());
        bench.publish(model, forged);
        ModelVersion only = bench.catalogue.versions().get(0);
        assertThat(only.verdict()).isEqualTo(Verdict.REJECTED);
        assertThat(only.reason()).contains("signature of key " + key.id() + " is wrong");
        assertThat(bench.chunksRead).hasValue(0);
    }

    @Test
    void shouldRejectASignedManifestThatWasGivenAnotherName() {
        ModelManifest forged = new ModelManifest(
                "other", "1", new Sha256(model.fingerprint().bytes()), 100L, 1, 1L, List.of(key.sign(model.id())));
        bench.publish(model, forged);
        assertThat(bench.catalogue.versions()).isEmpty(); // The record's key names another model.
        bench.accept(ControlRecords.manifestKey("other", "1"), ControlRecords.encode(forged));
        assertThat(bench.catalogue.versions().get(0).reason()).contains("signature of key " + key.id() + " is wrong");
    }

    @Test
    void shouldRejectASignedManifestThatWasGivenOtherSizes() {
        ModelManifest forged = new ModelManifest(
                "m", "1", new Sha256(model.fingerprint().bytes()), 10L, 1, 1L, List.of(key.sign(model.id())));
        bench.accept(
                ControlRecords.chunkKey("m", "1", 0),
                ControlRecords.publish(model, 1).get("chunk/m/1/0"));
        bench.accept(ControlRecords.manifestKey("m", "1"), ControlRecords.encode(forged));
        assertThat(bench.version(model).reason()).contains("more bytes than the manifest claims");
    }

    @Test
    void shouldRejectMoreSignaturesThanAnybodyNeeds() {
        publish(model, Collections.nCopies(33, key.sign(model.id())).toArray(ModelSignature[]::new));
        assertRejected(model, "33 signatures");
    }

    @Test
    void shouldShowNothingButAnIdOfAStrangersKey() {
        publish(model, new ModelSignature("\u001b[31mred and much longer than an id", ByteBuffer.allocate(64)));
        assertRejected(model, "is signed by key ??31mred?and?muc, which");
    }

    @Test
    void shouldTakeAModelThatIsPublishedAgainWithASignature() {
        bench.publish(model);
        assertRejected(model, "is not signed");
        bench.publish(model, second);
        assertThat(bench.version(model).verdict()).isEqualTo(Verdict.READY);
        bench.publish(model, key, second);
        assertThat(bench.version(model).signedBy()).containsExactlyInAnyOrder(key.id(), second.id());
    }

    @Test
    void shouldKeepAModelInUseWhoseSignatureWentAway() {
        bench.publish(model, key);
        bench.deploy(model.id(), 0);
        bench.publish(model);
        assertThat(bench.catalogue.live().at(0, 0).model().id()).isEqualTo(model.id());
        assertThat(bench.version(model).signedBy()).isEmpty();
    }

    @Test
    void shouldAskForNoSignatureWhereNoKeyIsTrusted() {
        try (CatalogueBench open = new CatalogueBench(CatalogueRules.ofMaxBytes(1 << 20))) {
            open.publish(model);
            open.publish(next, stranger);
            assertThat(open.catalogue.versions())
                    .extracting(ModelVersion::verdict)
                    .containsExactly(Verdict.READY, Verdict.READY);
            assertThat(open.version(next).signedBy()).isEmpty();
        }
    }

    private void publish(ModelFile file, ModelSignature... signatures) {
        bench.publish(file, ControlRecords.manifestOf(file, 1, List.of(signatures)));
    }

    private void assertRejected(ModelFile file, String... reason) {
        assertThat(bench.version(file).verdict()).isEqualTo(Verdict.REJECTED);
        assertThat(bench.version(file).reason()).contains(reason);
        assertThat(bench.chunksRead).hasValue(0);
    }
}
