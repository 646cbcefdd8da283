// Seals and signatures by ofdrw (org.ofdrw:ofdrw-full) and BouncyCastle, as judge of ours.
//   java -cp 'LIB/*' Ofdrw.java make FOLDER   maker.{key,crt} and signer.{key,crt} (PKCS#8 and X.509 in DER) → *.der
//   java -cp 'LIB/*' Ofdrw.java read FILE …   parses, encodes again and verifies; one line a file
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.*;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.jcajce.provider.digest.SM3;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.gm.ses.v1.ExtData;
import org.ofdrw.gm.ses.v1.ExtensionDatas;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v1.SES_SignInfo;
import org.ofdrw.gm.ses.v4.*;

class Ofdrw {
  static final ASN1ObjectIdentifier ALGORITHM = GMObjectIdentifiers.sm2sign_with_sm3;

  public static void main(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    if (args[0].equals("make")) make(Path.of(args[1]));
    else for (String file : Arrays.copyOfRange(args, 1, args.length)) read(Path.of(file));
  }

  static void make(Path folder) throws Exception {
    byte[] maker = Files.readAllBytes(folder.resolve("maker.crt"));
    byte[] signer = Files.readAllBytes(folder.resolve("signer.crt"));
    PrivateKey makerKey = key(folder.resolve("maker.key"));
    PrivateKey signerKey = key(folder.resolve("signer.key"));
    ASN1EncodableVector certificates = new ASN1EncodableVector();
    certificates.add(new DEROctetString(signer));
    SES_CertList list = new SES_CertList(new CertInfoList(new ASN1OctetString[] {new DEROctetString(signer)}));
    CertDigestObj digest = new CertDigestObj().setType("1.2.156.10197.1.401").setValue(new SM3.Digest().digest(signer));
    CertDigestList digests = new CertDigestList(new CertDigestObj[] {digest});
    SESeal v4 = seal(info(1, list, false), maker, makerKey);
    write(folder, "seal-v4", v4);
    SESeal v4Digests = seal(info(2, new SES_CertList(digests), true), maker, makerKey);
    write(folder, "seal-v4-digests", v4Digests);
    write(folder, "signature-v4", signature(v4, false, signer, signerKey));
    write(folder, "signature-v4-digests", signature(v4Digests, true, signer, signerKey));
    org.ofdrw.gm.ses.v1.SESeal v1 = sealV1(new DERSequence(certificates), maker, makerKey);
    write(folder, "seal-v1", v1);
    write(folder, "signature-v1", signatureV1(v1, signer, signerKey));
  }

  static SES_SealInfo info(int listType, SES_CertList list, boolean extended) throws Exception {
    SES_ESPropertyInfo property = new SES_ESPropertyInfo()
        .setType(new ASN1Integer(1)).setName(new DERUTF8String("样本市样本局电子印章"))
        .setCertListType(new ASN1Integer(listType)).setCertList(list)
        .setCreateDate(generalized("20260101000000Z")).setValidStart(generalized("20260102030405Z"))
        .setValidEnd(generalized("20310102030405Z"));
    SES_SealInfo info = new SES_SealInfo()
        .setHeader(new SES_Header(SES_Header.V4, new DERIA5String("ofdrw"))).setEsID("44030000000001")
        .setProperty(property).setPicture(picture());
    if (extended) info.setExtDatas(extensions());
    return info;
  }

  static SESeal seal(SES_SealInfo info, byte[] maker, PrivateKey key) throws Exception {
    return new SESeal().seteSealInfo(info).setCert(new DEROctetString(maker)).setSignAlgID(ALGORITHM)
        .setSignedValue(sign(key, info.getEncoded("DER")));
  }

  static SES_Signature signature(SESeal seal, boolean extended, byte[] signer, PrivateKey key) throws Exception {
    TBS_Sign tbs = new TBS_Sign().setVersion(SES_Header.V4).setEseal(seal)
        .setTimeInfo(generalized("20261124080910Z")).setDataHash(new SM3.Digest().digest("Signature.xml".getBytes()))
        .setPropertyInfo("/Doc_0/Signs/Sign_0/Signature.xml");
    if (extended) tbs.setExtDatas(extensions());
    SES_Signature made = new SES_Signature().setToSign(tbs).setCert(new DEROctetString(signer))
        .setSignatureAlgID(ALGORITHM).setSignature(sign(key, tbs.getEncoded("DER")));
    if (extended) made.setTimeStamp(new DERBitString("a time stamp token".getBytes()));
    return made;
  }

  static org.ofdrw.gm.ses.v1.SESeal sealV1(ASN1Sequence list, byte[] maker, PrivateKey key) throws Exception {
    var property = new org.ofdrw.gm.ses.v1.SES_ESPropertyInfo(new ASN1Integer(1), new DERUTF8String("样本市样本局电子印章"),
        list, utc("260101000000Z"), utc("260102030405Z"), utc("310102030405Z"));
    var info = new org.ofdrw.gm.ses.v1.SES_SealInfo().setHeader(new SES_Header(new ASN1Integer(1), new DERIA5String("ofdrw")))
        .setEsID("44030000000001").setProperty(property).setPicture(picture());
    ASN1EncodableVector signed = new ASN1EncodableVector();
    signed.add(info);
    signed.add(new DEROctetString(maker));
    signed.add(ALGORITHM);
    byte[] value = sign(key, new DERSequence(signed).getEncoded("DER"));
    return new org.ofdrw.gm.ses.v1.SESeal(info, new SES_SignInfo(new DEROctetString(maker), ALGORITHM, new DERBitString(value)));
  }

  static ASN1Object signatureV1(org.ofdrw.gm.ses.v1.SESeal seal, byte[] signer, PrivateKey key) throws Exception {
    var tbs = new org.ofdrw.gm.ses.v1.TBS_Sign().setVersion(new ASN1Integer(1)).setEseal(seal)
        .setTimeInfo(new DERBitString(utc("261124080910Z")))
        .setDataHash(new DERBitString(new SM3.Digest().digest("Signature.xml".getBytes())))
        .setPropertyInfo(new DERIA5String("/Doc_0/Signs/Sign_0/Signature.xml"))
        .setCert(new DEROctetString(signer)).setSignatureAlgorithm(ALGORITHM);
    return new org.ofdrw.gm.ses.v1.SES_Signature(tbs, new DERBitString(sign(key, tbs.getEncoded("DER"))));
  }

  static void read(Path file) throws Exception {
    byte[] der = Files.readAllBytes(file);
    if (file.getFileName().toString().startsWith("seal")) {
      SESeal seal = SESeal.getInstance(der);
      print(file, der, seal, verify(seal.getCert(), seal.geteSealInfo(), seal.getSignedValue()),
          seal.geteSealInfo().getProperty().getName() + " " + seal.geteSealInfo().getEsID());
    } else {
      SES_Signature made = SES_Signature.getInstance(der);
      print(file, der, made, verify(made.getCert(), made.getToSign(), made.getSignature()),
          made.getToSign().getPropertyInfo() + " " + made.getToSign().getTimeInfo().getTimeString());
    }
  }

  static void print(Path file, byte[] der, ASN1Object read, boolean verified, String content) throws Exception {
    boolean same = Arrays.equals(der, read.getEncoded("DER"));
    System.out.println(file.getFileName() + (same ? " same" : " DIFFERENT") + (verified ? " verified " : " WRONG ") + content);
  }

  static boolean verify(ASN1OctetString certificate, ASN1Object signed, ASN1BitString value) throws Exception {
    PublicKey key = CertificateFactory.getInstance("X.509", "BC")
        .generateCertificate(new ByteArrayInputStream(certificate.getOctets())).getPublicKey();
    Signature signature = Signature.getInstance("SM3withSM2", "BC");
    signature.initVerify(key);
    signature.update(signed.getEncoded("DER"));
    return signature.verify(value.getOctets());
  }

  static byte[] sign(PrivateKey key, byte[] bytes) throws Exception {
    Signature signature = Signature.getInstance("SM3withSM2", "BC");
    signature.initSign(key);
    signature.update(bytes);
    return signature.sign();
  }

  static PrivateKey key(Path file) throws Exception {
    return KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(file)));
  }

  static SES_ESPictrueInfo picture() {
    return new SES_ESPictrueInfo().setType("PNG").setData(new byte[] {1, 2, 3}).setWidth(42).setHeight(42);
  }

  static ExtensionDatas extensions() {
    return new ExtensionDatas().add(new ExtData().setExtnID(new ASN1ObjectIdentifier("1.2.3.4"))
        .setCritical(ASN1Boolean.FALSE).setExtnValue(new DEROctetString(new byte[] {5})));
  }

  static ASN1GeneralizedTime generalized(String text) {
    return new ASN1GeneralizedTime(text);
  }

  static ASN1UTCTime utc(String text) {
    return new ASN1UTCTime(text);
  }

  static void write(Path folder, String name, ASN1Object object) throws Exception {
    Files.write(folder.resolve(name + ".der"), object.getEncoded("DER"));
  }
}
